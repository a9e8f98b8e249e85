import type { SpoolProblemCode } from './spool-problem.ts';

/** What the spool of a producer holds, and whether it can take more: what to watch, and to judge readiness by. */
export interface SpoolState {
  /** Operations on disk that Redis doesn't have. */
  readonly operations: number;
  /** Bytes of its files. With `always` they hold operations for a while after Redis took them. */
  readonly bytes: number;
  /**
   * Age of the oldest of the operations, in ms; 0 when there are none. What a former process left counts from the start of
   * this one until it is read.
   */
  readonly oldestMs: number;
  /** Why nothing can go to disk just now; undefined when it can. */
  readonly problemCode: SpoolProblemCode | undefined;
}
