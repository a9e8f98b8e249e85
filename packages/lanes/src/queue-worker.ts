import { queuePrefix, redisErrorCode } from '@cio-fleet/contracts';
import { type Job, RateLimitError, UnrecoverableError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { QueueAddress } from './queue-address.ts';
import { withinMs } from './sleep.ts';

/** One start of a job, without BullMQ's types. */
export interface StartedJob {
  readonly id: string;
  readonly token: string;
  readonly data: unknown;
  readonly progress: unknown;
  readonly stalledCounter: number;
  readonly attemptsMade: number;
}

/** `complete`: done. `wait`: back to the front after the queue waited. `fail`: rests in the failed state (dead letters only). */
export type JobResult =
  | { readonly kind: 'complete' }
  | { readonly kind: 'wait'; readonly delayMs: number }
  | { readonly kind: 'fail'; readonly reason: string };

export interface QueueWorkerOptions {
  readonly queue: QueueAddress;
  readonly workerId: string;
  readonly redis: Redis;
  /** Lock of a head in ms. Request time-out <= lock / 3. */
  readonly lockMs: number;
  /** How often stalled heads are looked for, in ms: a killed worker's lanes move on within lock + check. */
  readonly stalledCheckMs: number;
  /** Must not throw; what it throws all the same becomes a wait. */
  readonly process: (job: StartedJob) => Promise<JobResult>;
  readonly onError: (error: Error, queue: QueueAddress) => void;
}

/** A queue's consumer: start it, stop it. */
export interface QueueWorker {
  readonly queue: QueueAddress;
  start(): void;
  /** Waits for the head in work to go back to the front or complete. */
  stop(): Promise<void>;
  /** Lets go without waiting: for one that is stuck, and whose stop might never end. */
  abandon(): void;
}

/** How long a queue rests after the unexpected, in ms. */
const UNEXPECTED_DELAY_MS = 1000;

/**
 * How long a worker rests when Redis refuses what it asks, in ms: out of memory, a snapshot that failed, a right that is missing. It
 * can't even fetch, and would spin.
 */
const REFUSED_PAUSE_MS = 1000;

/** How long BullMQ may take to close once no head is in work, in ms. */
const CLOSE_GRACE_MS = 2000;

/** The adapter to BullMQ's Worker: one queue, one head at a time. */
export function createQueueWorker(options: QueueWorkerOptions): QueueWorker {
  const { queue } = options;
  const worker: Worker<unknown, undefined> = new Worker(
    queue.name,
    (job: Job<unknown, undefined>, token) => {
      const work = run(job, token ?? '');
      // How it ends is BullMQ's to know; a stop only waits for it.
      inWork = work.catch(() => undefined);
      return work;
    },
    {
      connection: options.redis,
      prefix: queuePrefix(queue.workspace),
      name: options.workerId,
      autorun: false,
      concurrency: 1,
      lockDuration: options.lockMs,
      stalledInterval: options.stalledCheckMs,
      // Beyond it BullMQ fails the job without calling us; we decide by the stalled counter instead.
      maxStalledCount: 1_000_000_000,
      // A hand-over waits for the idle worker's next poll.
      drainDelay: 1,
      // Without a limiter the worker ignores the queue's rate-limit key; with a small one it sleeps out the key's TTL.
      limiter: { max: 1_000_000_000, duration: 1 },
      // A limited lane would sleep on after the limit was lifted.
      maximumRateLimitDelay: 1000,
      removeOnComplete: { count: 100 },
      runRetryDelay: 1000,
    },
  );
  let resting = false;
  let inWork: Promise<unknown> = Promise.resolve();
  worker.on('error', (error) => {
    options.onError(error, queue);
    if (redisErrorCode(error) !== undefined && !resting) {
      resting = true;
      rest().catch((error) => options.onError(asError(error), queue));
    }
  });

  async function rest(): Promise<void> {
    await worker.pause(true);
    await pause(REFUSED_PAUSE_MS);
    resting = false;
    if (!worker.closing) await worker.resume();
  }

  /** Never throws anything but RateLimitError: any other throw fails the head, and the lane overtakes it. */
  async function run(job: Job<unknown, undefined>, token: string): Promise<undefined> {
    let result: JobResult;
    try {
      result = await options.process({
        id: job.id ?? '',
        token,
        data: job.data,
        progress: job.progress,
        stalledCounter: job.stalledCounter,
        attemptsMade: job.attemptsMade,
      });
    } catch (error) {
      options.onError(asError(error), queue);
      result = { kind: 'wait', delayMs: UNEXPECTED_DELAY_MS };
    }
    if (result.kind === 'complete') return undefined;
    if (result.kind === 'fail') throw new UnrecoverableError(result.reason);
    if (result.delayMs > 0) await limit(result.delayMs);
    throw new RateLimitError();
  }

  async function limit(delayMs: number): Promise<void> {
    try {
      await worker.rateLimit(Math.ceil(delayMs));
    } catch (error) {
      // Redis hiccups: the head goes back without the fleet knowing of the delay, so at least we keep it.
      options.onError(asError(error), queue);
      await pause(Math.min(delayMs, UNEXPECTED_DELAY_MS));
    }
  }

  return {
    queue,
    start() {
      worker.run().catch((error) => options.onError(asError(error), queue));
    },
    async stop() {
      const closing = worker.close();
      // A blocking connection to a cluster that lost a node for a while may never tell BullMQ that it has ended. What counts is
      // the head in work, and the moment in which it goes back or completes.
      for (let waitedFor: unknown; waitedFor !== inWork; ) {
        waitedFor = inWork;
        await inWork;
        // A head that was being fetched when the stop came may start meanwhile.
        await withinMs(CLOSE_GRACE_MS, closing);
      }
    },
    abandon() {
      worker.close(true).catch((error) => options.onError(asError(error), queue));
    },
  };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
