import type { BufferedOperation } from '../buffered-operation.ts';
import type { EnqueueResult } from '../enqueue-result.ts';
import type { FailureReport } from '../failure-report.ts';
import type { LaneSet } from '../lane-set.ts';
import type { ReplayTarget } from './replay-target.ts';

/** What the spool needs of the producer. */
export interface SpoolHost {
  /** ULID under which direct writes are numbered. */
  readonly run: string;
  readonly lanes: LaneSet;
  readonly target: ReplayTarget;
  readonly report: FailureReport;
  /** These are durable, or lost: their callers get the answer. */
  leave(operations: readonly BufferedOperation[], resultOf: (operation: BufferedOperation) => EnqueueResult): void;
  /** Calls `turn` soon. */
  wake(): void;
  /** Whether the spool has business with Redis. */
  want(isWanted: boolean): void;
  /** Whether Redis has told its time. */
  hasRedisTime(): boolean;
  /** The records of this run's spool up to `index` have the local clock's time. */
  stampedLocally(spoolId: string, index: number): void;
  /** Whether Redis is fine, as far as is known. */
  isHopeful(): boolean;
  /** Redis took something. */
  redisTook(): void;
  /** Redis refused a replay, or didn't answer. */
  redisFailed(error: unknown): void;
}
