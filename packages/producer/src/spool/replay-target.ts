import type { ReplayJob } from './replay-lane.ts';
import type { SpooledOperation, WriteOrigin } from './spooled-operation.ts';

/**
 * What Redis has of a spool: for each number of lanes that it was ever written under, the last index of each lane. An
 * operation is in Redis when any of them says so: numbers rise within a lane, and what a lane skipped it had elsewhere.
 */
export type ReachedIndexes = ReadonlyMap<number, readonly number[]>;

/** What became of a write. */
export type ReplayAnswer =
  /** The lane has it; so many bytes wait there now. */
  | { readonly kind: 'taken'; readonly laneBytes: number }
  /** Not written: the lane has another last index of this spool than was expected; -1 when the number of lanes has changed. */
  | { readonly kind: 'moved'; readonly reached: number }
  /** Not written: the number of lanes is another. */
  | { readonly kind: 'lanes' };

/** What must be as expected for a job of a replay to be taken. */
export interface ReplayFence {
  /** The list of the numbers of lanes that the spool was written under. */
  readonly laneCountsKey: string;
  /** Its length. */
  readonly laneChanges: number;
  /** The lane's last index of the spool. */
  readonly expected: number;
}

/** Where spools are replayed to. */
export interface ReplayTarget {
  /** Whether a write may succeed now. */
  readonly isUsable: boolean;
  readonly lanes: number;
  /** What Redis has of a spool; from now on it may be written under the present number of lanes, too. */
  reached(spoolId: string): Promise<ReachedIndexes>;
  /** Whether direct writes are in Redis. */
  areWritten(origins: readonly WriteOrigin[]): Promise<readonly boolean[]>;
  /** @throws when there was no answer, or a refusal */
  write(spoolId: string, lane: number, job: ReplayJob): Promise<ReplayAnswer>;
  laneOf(operation: SpooledOperation, lanes: number): number;
}
