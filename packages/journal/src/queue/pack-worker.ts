import { journalQueueName, queuePrefix } from '@cio-fleet/contracts';
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
  readonly onError: (error: Error) => void;
}

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
  worker.on('error', options.onError);
  return { stop: () => worker.close() };
}
