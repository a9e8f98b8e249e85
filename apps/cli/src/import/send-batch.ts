import { setTimeout as delay } from 'node:timers/promises';
import type { EnqueueFailed, EnqueueResult, OperationInput, Producer } from '@cio-fleet/producer';
import { CliError } from '../session/cli-error.ts';
import { EXIT_CODES } from '../session/exit-code.ts';

/** What became of one operation for good. */
export type Sent = { readonly ok: true } | { readonly ok: false; readonly failure: EnqueueFailed['error'] };

export interface SendBatchOptions {
  readonly producer: Pick<Producer, 'enqueueMany'>;
  readonly operations: readonly OperationInput[];
  /** Ends the wait for room in Redis. */
  readonly signal: AbortSignal;
  /** Redis has no room; called at each try. */
  readonly onFull: () => void;
}

/** Nothing of the operation is in Redis, and the same may be taken later. */
const FULL_CODES: ReadonlySet<string> = new Set(['QUEUE_FULL', 'BUFFER_FULL']);
/** It isn't the operation's fault: the whole import stops, and can be resumed. */
const FATAL_CODES: ReadonlySet<string> = new Set(['REDIS_REFUSED', 'CLOSED', 'ENQUEUE_TIMEOUT']);
const FULL_PAUSE_MS = 1_000;

/**
 * Sends operations and waits until each is durable or refused. What finds Redis full is sent again once there is room, before
 * anything that comes after it, so that order holds.
 *
 * @throws CliError when Redis refuses the writes themselves
 */
export async function sendBatch({ producer, operations, signal, onFull }: SendBatchOptions): Promise<readonly Sent[]> {
  const sent: Sent[] = new Array(operations.length);
  let open = operations.map((operation, index) => ({ operation, index }));
  for (;;) {
    const results = await producer.enqueueMany(open.map(({ operation }) => operation));
    open = open.filter(({ index }, position) => {
      const result = results[position] as EnqueueResult;
      if (!result.ok && FULL_CODES.has(result.error.code)) return true;
      sent[index] = settle(result);
      return false;
    });
    if (open.length === 0) return sent;
    onFull();
    await delay(FULL_PAUSE_MS, undefined, { signal });
  }
}

function settle(result: EnqueueResult): Sent {
  if (result.ok) return { ok: true };
  const { code, message } = result.error;
  if (!FATAL_CODES.has(code)) return { ok: false, failure: result.error };
  const exitCode = /NOPERM|NOAUTH|WRONGPASS/.test(message) ? EXIT_CODES.auth : EXIT_CODES.failure;
  throw new CliError(exitCode, `${code}: ${message}`);
}
