import { setTimeout as delay } from 'node:timers/promises';
import { journalQueueName, queuePrefix, redisErrorCode } from '@cio-fleet/contracts';
import { type Job, UnrecoverableError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';

/** What is to happen with a pack. */
export type PackResult =
  /** Its rows are kept: it may go. */
  | { readonly kind: 'kept' }
  /** It can never be read: it rests in the failed state, where somebody can look at it. */
  | { readonly kind: 'unreadable'; readonly problem: string }
  /** Not now: it comes back. */
  | { readonly kind: 'later'; readonly problem: string };

export interface PackWorkerOptions {
  readonly redis: Redis;
  readonly workspace: string;
  /** Packs in memory at once. */
  readonly concurrency: number;
  /** Lock of a pack, in ms: those of a killed writer come back within lock + check. */
  readonly lockMs: number;
  readonly stalledCheckMs: number;
  readonly process: (id: string, data: unknown) => Promise<PackResult>;
  /** Called for each error of the queue; after one with which Redis refuses, once in `refusalRestMs`. */
  readonly onError: (error: Error) => void;
  /** How long the worker rests when Redis refuses a command, in ms. @defaultValue 1_000 */
  readonly refusalRestMs?: number;
}

const DEFAULT_REFUSAL_REST_MS = 1_000;

export interface PackWorker {
  /** Waits for the packs in work. */
  stop(): Promise<void>;
}

/** The adapter to BullMQ's Worker on the journal's queue. */
export function startPackWorker(options: PackWorkerOptions): PackWorker {
  const worker = new Worker<unknown, undefined>(
    journalQueueName(options.workspace),
    async (job: Job<unknown, undefined>) => {
      const result = await options.process(job.id ?? '', job.data);
      if (result.kind === 'unreadable') throw new UnrecoverableError(result.problem);
      if (result.kind === 'later') throw new Error(result.problem);
      return undefined;
    },
    {
      connection: options.redis,
      prefix: queuePrefix(options.workspace),
      concurrency: options.concurrency,
      lockDuration: options.lockMs,
      stalledInterval: options.stalledCheckMs,
      // A pack whose writers die is written again; what is in it can't kill one.
      maxStalledCount: 1_000_000_000,
      removeOnComplete: { count: 0 },
    },
  );
  const { refusalRestMs = DEFAULT_REFUSAL_REST_MS } = options;
  const stopping = new AbortController();
  let isResting = false;

  /** Out of memory, no right to write, a snapshot that failed: BullMQ would ask again at once, and spin. */
  async function rest(): Promise<void> {
    await worker.pause(true);
    await delay(refusalRestMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    isResting = false;
    if (!stopping.signal.aborted) await worker.resume();
  }

  worker.on('error', (error) => {
    if (isResting) return; // packs in work meet the same refusal
    options.onError(error);
    if (redisErrorCode(error) === undefined) return;
    isResting = true;
    rest().catch(options.onError);
  });
  return {
    stop() {
      stopping.abort();
      return worker.close();
    },
  };
}
