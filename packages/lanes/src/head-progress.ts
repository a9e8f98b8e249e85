import type { DeadLetterReason, QueuedOperation } from '@cio-fleet/contracts';
import type { Settlement } from '@cio-fleet/delivery';
import type { Isolation } from './isolation.ts';

/** The last error of a head, as Bull Board shows it. */
export interface LastError {
  readonly code: string;
  readonly message: string;
  readonly statusCode?: number;
  /** ms since the epoch. */
  readonly at: number;
}

/** What became of an operation in an earlier run of the same head, so that it isn't sent again. */
export type EarlierSettlement = 'delivered' | 'deduplicated' | DeadLetterReason | DiscardedBy;

/** A brake drops it. */
export interface DiscardedBy {
  readonly brake: string;
}

/**
 * The progress of a head, kept in its job: why the lane waits, and what an earlier run found out. BullMQ's own
 * `attemptsStarted` also counts throttling and stalls, so attempts are counted here.
 */
export interface HeadProgress {
  /** HTTP requests that failed in a way that uses up an attempt. */
  readonly attempts: number;
  /** Times in a row that Customer.io throttled us. */
  readonly throttles: number;
  /** Times in a row that the credentials or the address were refused. */
  readonly setups: number;
  readonly lastError?: LastError;
  /** Operation id -> what became of it. */
  readonly settled?: Readonly<Record<string, EarlierSettlement>>;
  /** Where the search for an operation that kills its worker stands. */
  readonly isolation?: Isolation;
  /** Operation id -> how often it failed alone while others succeeded. */
  readonly failures?: Readonly<Record<string, number>>;
  /** Set by `finish`: everything is settled, complete without sending. */
  readonly state?: 'settled';
}

export const NO_PROGRESS: HeadProgress = { attempts: 0, throttles: 0, setups: 0 };

/** Reads BullMQ's `progress`, which is 0 for a job that has none, and may be anything if others write to it. */
export function readProgress(progress: unknown): HeadProgress {
  if (typeof progress !== 'object' || progress === null) return NO_PROGRESS;
  const { attempts, throttles, setups } = progress as Partial<Record<keyof HeadProgress, unknown>>;
  return {
    ...(progress as HeadProgress),
    attempts: typeof attempts === 'number' ? attempts : 0,
    throttles: typeof throttles === 'number' ? throttles : 0,
    setups: typeof setups === 'number' ? setups : 0,
  };
}

/** Adds what a run settled, so that its repeat doesn't send it again. `settlements` go by index of `operations`. */
export function withSettled(
  progress: HeadProgress,
  operations: readonly QueuedOperation[],
  settlements: readonly (Settlement | undefined)[],
): HeadProgress {
  const settled: Record<string, EarlierSettlement> = { ...progress.settled };
  for (const [index, operation] of operations.entries()) {
    const settlement = settlements[index];
    if (settlement === undefined) continue;
    settled[operation.id] = settlement.state === 'rejected' ? settlement.reason : settlement.state;
  }
  return Object.keys(settled).length === 0 ? progress : { ...progress, settled };
}

/** Adds what brakes drop of a batch: operation id -> id of the brake. */
export function withDiscarded(progress: HeadProgress, discarded: ReadonlyMap<string, string>): HeadProgress {
  const settled: Record<string, EarlierSettlement> = { ...progress.settled };
  for (const [id, brake] of discarded) settled[id] = { brake };
  return { ...progress, settled };
}
