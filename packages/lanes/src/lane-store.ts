import type { FinalState } from '@cio-fleet/contracts';
import type { HeadProgress } from './head-progress.ts';
import type { Parking } from './parking.ts';
import type { QueueAddress } from './queue-address.ts';

/** The right to settle a head: its id, and the token of this very start. Redis knows whether it still holds. */
export interface Lease {
  readonly jobId: string;
  readonly token: string;
  /**
   * The nonce of this run's `begin`, once there was one: `guard` and `note` answer `stale` in a Redis that has lost it. It has
   * lost what `begin` read of holds and erasures too.
   */
  readonly nonce?: string;
}

/** A waiting job as Redis has it. */
export interface WaitingJob {
  readonly id: string;
  /** The job's data as JSON text. */
  readonly data: string;
}

export interface Peek {
  /** How many operations the ledger counted for the head; undefined for a job that we didn't enqueue. */
  readonly headOperations: number | undefined;
  /** Oldest first. */
  readonly followers: readonly WaitingJob[];
}

/** An operation's claim on its idempotency key. */
export interface Claim {
  readonly operationId: string;
  /** When it was accepted, in ms. */
  readonly atMs: number;
  readonly laneKey: string;
  readonly idempotencyKey: string;
  readonly windowMs: number;
}

export interface Begin {
  /** Whether another consumer had this queue since this one's last begin, or this is its first. */
  readonly isNewConsumer: boolean;
  /** Lane keys of the batch whose persons have operations in fallback. */
  readonly held: ReadonlySet<string>;
  /** Lane key -> ULID of the newest erasure accepted for it. */
  readonly erasures: ReadonlyMap<string, string>;
  /** Moves whenever an erasure is accepted. */
  readonly erasuresVersion: string;
  /** Bytes of data that wait in this queue. */
  readonly waitingBytes: number;
  /** Changes whenever an operator's brake is set or released. */
  readonly brakesVersion: string;
  readonly parking: Parking;
  /** Operation id -> id of the operation that owns its idempotency key: its own, or that of the one it repeats. */
  readonly owners?: ReadonlyMap<string, string>;
}

/** A job to push in the same step that settles the batch. */
export interface Push {
  readonly to: QueueAddress;
  readonly id: string;
  readonly name: string;
  /** Job data and options as JSON text. */
  readonly data: string;
  readonly options: string;
  readonly operations: number;
}

/** All that happens when a batch is settled; one script does it or none of it. */
export interface Finish {
  /** The nonce of the begin that this run read its facts from. Absent: there was none. */
  readonly nonce?: string;
  readonly headOperations: number;
  readonly followers: readonly { readonly id: string; readonly operations: number }[];
  readonly pushes: readonly Push[];
  /** Lane key -> change of its count of operations in fallback. */
  readonly held: ReadonlyMap<string, number>;
  /** By side: lane key -> change of its count of operations there. Absent: none. */
  readonly parked?: readonly [ReadonlyMap<string, number>, ReadonlyMap<string, number>];
  /** Brake id -> operations that it stopped. Absent: none. */
  readonly braked?: ReadonlyMap<string, number>;
  /**
   * The turn of parked by which operations are parked: when it is another now, nothing is written, for what was the shelf may
   * be the outlet, and the other way round. Absent: nothing is parked.
   */
  readonly turn?: number;
  readonly ledger: ReadonlyMap<FinalState, number>;
  /** Reason code -> change of the number of operations dead-lettered for it. */
  readonly deadLetterReasons: ReadonlyMap<string, number>;
  /** Claims given up: what was never delivered may be called again. */
  readonly releasedClaims?: readonly Claim[];
  /**
   * Whether the settled jobs keep nothing of their operations: somebody was erased. @defaultValue false: Bull Board shows them, where
   * they are small
   */
  readonly dropsData?: boolean;
  /** What Bull Board shows of the settled head. */
  readonly progress: HeadProgress;
}

/**
 * `ok`: done now. `done`: an earlier send of the same call did it. `changed`: Redis is not what this run read; nothing was
 * written. `stale`: the head is no longer ours; nothing was written.
 */
export type FinishReply = 'ok' | 'done' | 'changed' | 'stale';

/** Both move whenever something new may forbid a send. */
export interface GuardReply {
  readonly erasuresVersion: string;
  readonly brakesVersion: string;
  /**
   * By `performance.now`: later than this nothing may be sent on the strength of this answer. A process that is frozen between
   * the question and the send wakes up with an old answer in its hands. @defaultValue for ever
   */
  readonly goodUntilMs?: number;
}

/** One queue's protocol with Redis. Every write is refused once the lease is gone. */
export interface LaneStore {
  /** `bytes` bounds the data of head and followers together. */
  peek(head: string, most: { readonly jobs: number; readonly bytes: number }): Promise<Peek>;
  begin(lease: Lease, nonce: string, laneKeys: readonly string[], claims?: readonly Claim[]): Promise<Begin | 'stale'>;
  /** Right before each send: answers the versions of erasures and brakes, or `stale`. */
  guard(lease: Lease): Promise<GuardReply | 'stale'>;
  /** The erasure marks of these lane keys as they are now. */
  erasures(laneKeys: readonly string[]): Promise<ReadonlyMap<string, string>>;
  note(lease: Lease, progress: HeadProgress): Promise<'ok' | 'stale'>;
  finish(lease: Lease, finish: Finish): Promise<FinishReply>;
  /** Lets the sides of parked change places if that is due and can be. Answers the turn that it is now. */
  sweep(): Promise<number>;
}
