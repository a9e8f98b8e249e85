import { setTimeout as delay } from 'node:timers/promises';
import { deadLetterQueueName, queueKeyPrefix, queuePrefix } from '@cio-fleet/contracts';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { type DeadLetterFilter, matchesDeadLetter } from './dead-letter-filter.ts';
import { walkByAcceptance } from './failed-set.ts';
import type { RestingDeadLetter } from './resting-dead-letter.ts';

export interface RedriveOptions {
  readonly redis: Redis;
  readonly workspace: string;
  /** Which dead letters; all by default. */
  readonly filter?: DeadLetterFilter;
  /** A further condition, which no filter can say. @defaultValue none */
  readonly isMeant?: (deadLetter: RestingDeadLetter) => boolean;
  /** Only count. @defaultValue false */
  readonly dryRun?: boolean;
  /**
   * Dead letters per second. Faster empties the queue sooner, but competes with fresh operations for the request budget.
   * @defaultValue 100
   */
  readonly ratePerSecond?: number;
  /** Stops between two dead letters; what was redriven stays redriven. */
  readonly signal?: AbortSignal;
  /** After each dead letter. */
  readonly onProgress?: (progress: RedriveResult) => void;
}

export interface RedriveResult {
  /** Dead letters that the filter means. */
  readonly matched: number;
  /** Operations in them; a packed dead letter is redriven as a whole. */
  readonly operations: number;
  /** Dead letters put back. 0 on a dry run. */
  readonly redriven: number;
  /** Already gone when their turn came: somebody else redrove them. */
  readonly gone: number;
  /** Unreadable ones: there is nothing to put on a lane. */
  readonly unreadable: number;
}

const defaults = { dryRun: false, ratePerSecond: 100 } as const satisfies Partial<RedriveOptions>;

/**
 * Puts dead letters back on their lanes, in the order in which they were accepted, by BullMQ's own retry; the dead-letter processor does the rest. Only
 * those that rest when it starts are meant, so one that is rejected again isn't redriven in a loop. Running it twice, or
 * two at once, redrives nothing twice.
 */
export async function redriveDeadLetters(options: RedriveOptions): Promise<RedriveResult> {
  const {
    redis,
    workspace,
    filter = {},
    isMeant,
    dryRun,
    ratePerSecond,
    signal,
    onProgress,
  } = {
    ...defaults,
    ...options,
  };
  const failedKey = `${queueKeyPrefix(workspace, deadLetterQueueName(workspace))}failed`;
  const newest = await redis.zrevrange(failedKey, 0, 0, 'WITHSCORES');
  const lastScore = Number(newest.flat()[1] ?? Number.NEGATIVE_INFINITY);
  const counts = { matched: 0, operations: 0, redriven: 0, gone: 0, unreadable: 0 };
  if (lastScore === Number.NEGATIVE_INFINITY) return counts;

  const queue = new Queue(deadLetterQueueName(workspace), {
    connection: redis,
    prefix: queuePrefix(workspace),
    skipMetasUpdate: true,
  });
  try {
    const startedMs = performance.now();
    for await (const deadLetter of walkByAcceptance(redis, workspace, lastScore)) {
      if (signal?.aborted) break;
      if (!matchesDeadLetter(deadLetter, filter) || isMeant?.(deadLetter) === false) continue;
      counts.matched += 1;
      counts.operations += deadLetter.operations.length;
      if (deadLetter.operations.length === 0) counts.unreadable += 1;
      else if (!dryRun) {
        await pace({ startedMs, done: counts.redriven + counts.gone, ratePerSecond, signal });
        if (signal?.aborted) break;
        counts[await retry(queue, deadLetter.id)] += 1;
      }
      onProgress?.({ ...counts });
    }
  } finally {
    await queue.close();
  }
  return counts;
}

/** BullMQ's answers to a retry of a job that isn't there, or isn't failed any more. */
const GONE_CODES: readonly unknown[] = [-1, -3];

async function retry(queue: Queue, jobId: string): Promise<'redriven' | 'gone'> {
  const job = await queue.getJob(jobId);
  if (job === undefined) return 'gone';
  try {
    await job.retry('failed');
    return 'redriven';
  } catch (error) {
    if (GONE_CODES.includes((error as { code?: unknown }).code)) return 'gone';
    throw error;
  }
}

/** Waits until dead letter number `done` is due. */
async function pace(facts: {
  readonly startedMs: number;
  readonly done: number;
  readonly ratePerSecond: number;
  readonly signal: AbortSignal | undefined;
}): Promise<void> {
  const dueMs = facts.startedMs + (facts.done * 1000) / facts.ratePerSecond;
  const waitMs = dueMs - performance.now();
  if (waitMs < 1) return;
  // An abort ends the wait; the caller looks at the signal right after.
  await delay(waitMs, undefined, facts.signal === undefined ? {} : { signal: facts.signal }).catch((error: unknown) => {
    if (!facts.signal?.aborted) throw error;
  });
}
