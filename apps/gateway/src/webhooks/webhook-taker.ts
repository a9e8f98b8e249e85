import {
  queueKeyPrefix,
  WEBHOOK_JOB_OPTIONS,
  type WebhookJobData,
  webhookForwardQueueName,
  webhooksQueueName,
} from '@cio-fleet/contracts';
import type { Redis } from 'ioredis';
import { FORWARD_JOB_OPTIONS, type ForwardJobData } from './forward-job.ts';
import { runTakeScript, type Taken } from './take-script.ts';
import type { WebhookId } from './webhook-id.ts';

/** One webhook on its way into Redis. */
export interface IncomingWebhook {
  readonly id: WebhookId;
  /** The name of its job, such as `email_opened`. */
  readonly name: string;
  readonly job: WebhookJobData;
  /** Absent where the workspace forwards nothing. */
  readonly forward?: ForwardJobData;
}

/** What became of a webhook; `away`: Redis did not take it in time. */
export type TakeResult = Taken | 'away';

export interface WebhookTakerOptions {
  readonly redis: Redis;
  readonly workspace: string;
  readonly forwards: boolean;
  /** Jobs that may wait for consumers, and as many for the receiver of the forward URL. @defaultValue 100000 */
  readonly queueMax?: number;
  /** How long a webhook waits for Redis, in ms. Customer.io waits 4 s. @defaultValue 3000 */
  readonly timeoutMs?: number;
  /** How long a webhook is known after it was taken, in s; Customer.io repeats for 7 days. @defaultValue 691200 (8 days) */
  readonly rememberSeconds?: number;
  /** Told when Redis fails. */
  readonly onError: (error: Error) => void;
}

export const WEBHOOK_TAKER_DEFAULTS = {
  queueMax: 100_000,
  timeoutMs: 3_000,
  rememberSeconds: 8 * 24 * 3600,
} as const satisfies Partial<WebhookTakerOptions>;

/** Makes webhooks durable. Never rejects. */
export interface WebhookTaker {
  /** @param onLate - told what Redis says of it after `away` was answered, if it ever does */
  take(webhook: IncomingWebhook, onLate?: (result: Taken) => void): Promise<TakeResult>;
}

/** Webhooks of one script run: Redis does nothing else meanwhile. */
const MOST_PER_RUN = 200;

/** Webhooks that wait for Redis at once; beyond them it is away for whoever comes. */
const MOST_WAITING = 5_000;

interface Waiting {
  readonly webhook: IncomingWebhook;
  readonly answer: (result: TakeResult) => void;
  readonly onLate: ((result: Taken) => void) | undefined;
  isAnswered: boolean;
}

/**
 * Batches as group commit does: while one write is under way, what arrives collects and goes with the next. Alone, a webhook is
 * written at once.
 */
export function createWebhookTaker(options: WebhookTakerOptions): WebhookTaker {
  const { redis, workspace, forwards, queueMax, timeoutMs, rememberSeconds, onError } = {
    ...WEBHOOK_TAKER_DEFAULTS,
    ...options,
  };
  const queue = webhooksQueueName(workspace);
  const forwardQueue = webhookForwardQueueName(workspace);
  const keys = [queueKeyPrefix(workspace, queue), queueKeyPrefix(workspace, forwardQueue)];
  const head = [
    ...[queue, forwardQueue, rememberSeconds, queueMax, forwards ? queueMax : -1],
    ...[JSON.stringify(WEBHOOK_JOB_OPTIONS), JSON.stringify(FORWARD_JOB_OPTIONS)],
  ];
  let waiting: Waiting[] = [];
  let isWriting = false;

  async function writeAll(): Promise<void> {
    isWriting = true;
    while (waiting.length > 0) {
      const batch = waiting.slice(0, MOST_PER_RUN);
      waiting = waiting.slice(MOST_PER_RUN);
      const results = await write(batch.map(({ webhook }) => webhook));
      batch.forEach(({ answer, isAnswered, onLate }, index) => {
        const result = results[index];
        if (!isAnswered) answer(result ?? 'away');
        else if (result !== undefined) onLate?.(result);
      });
      waiting = waiting.filter(({ isAnswered }) => !isAnswered);
    }
    isWriting = false;
  }

  async function write(webhooks: readonly IncomingWebhook[]): Promise<readonly Taken[]> {
    const args = webhooks.flatMap(({ id, name, job, forward }) => [
      ...[id.takenKey, id.takenField, id.jobId, name],
      ...[JSON.stringify(job), forward === undefined ? '' : JSON.stringify(forward)],
    ]);
    try {
      return await runTakeScript(redis, keys, [...head, ...args]);
    } catch (error) {
      onError(error as Error);
      return [];
    }
  }

  return {
    take(webhook, onLate) {
      if (waiting.length >= MOST_WAITING) return Promise.resolve('away');
      const { promise, resolve } = Promise.withResolvers<TakeResult>();
      const entry: Waiting = { webhook, answer, onLate, isAnswered: false };
      // Answered 503, it comes again: written late all the same, it is then dropped as a repeat.
      const timer = setTimeout(answer, timeoutMs, 'away');
      function answer(result: TakeResult): void {
        clearTimeout(timer);
        entry.isAnswered = true;
        resolve(result);
      }
      waiting.push(entry);
      if (!isWriting) void writeAll();
      return promise;
    },
  };
}
