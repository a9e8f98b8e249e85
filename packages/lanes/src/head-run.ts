import type { QueuedOperation } from '@cio-fleet/contracts';
import type { CircuitState, Courier, IdentifyMemory } from '@cio-fleet/delivery';
import type { BrakeView } from './brakes/brake-set.ts';
import type { DeadLetterAllowance } from './dead-letter.ts';
import type { HeadProgress, LastError } from './head-progress.ts';
import type { LanePolicy } from './lane-policy.ts';
import type { LaneState } from './lane-state.ts';
import type { LaneStore, Lease } from './lane-store.ts';
import type { QueueAddress } from './queue-address.ts';
import type { Fate } from './settle.ts';

/** Queues whose heads are delivered. Only a lane moves to fallback what it can't deliver; the others wait. */
export type HeadRole = 'lane' | 'fallback' | 'parked';

/** One start of a head, as the queue hands it over. */
export interface HeadRun {
  readonly lease: Lease;
  /** The job's data, parsed. */
  readonly data: unknown;
  readonly progress: HeadProgress;
  /** How often this job's worker died or lost its lock. */
  readonly stalledCounter: number;
  /** Aborted at the stop deadline. */
  readonly signal: AbortSignal;
}

/** `complete`: the head is settled and leaves. `wait`: it goes back to the front, after the lane has waited `delayMs`. */
export type HeadResult = { readonly kind: 'complete' } | { readonly kind: 'wait'; readonly delayMs: number };

/** A head, as a tracer gets to know it. */
export interface TracedHead {
  /** The queue's name, such as `default.lane.3`. */
  readonly queue: string;
  readonly jobId: string;
  /** How often its worker died or lost its lock. */
  readonly stalls: number;
}

/** Runs `run` and returns what it returned. */
export type HeadTracer = (head: TracedHead, run: () => Promise<HeadResult>) => Promise<HeadResult>;

/** What happened to a batch, for counters and the journal. */
export interface SettledBatch {
  readonly queue: QueueAddress;
  readonly operations: readonly QueuedOperation[];
  /** By index of `operations`. */
  readonly fates: readonly Fate[];
  readonly attempts: number;
  /** Redis's time, in ms. */
  readonly atMs: number;
  /** Why it was not delivered at once, where an attempt failed. */
  readonly lastError?: LastError;
}

/** An HTTP request that failed, for the journal. Its operations are tried again, or settled in another batch. */
export interface FailedAttempt {
  readonly queue: QueueAddress;
  /** Those that were in the request. */
  readonly operations: readonly QueuedOperation[];
  /** `setup` and `throttled` use up no attempt. */
  readonly kind: 'transient' | 'setup' | 'throttled';
  /** 1 for the first. */
  readonly attempt: number;
  readonly error: LastError;
}

export interface HeadDependencies {
  readonly queue: QueueAddress & { readonly role: HeadRole };
  readonly store: LaneStore;
  readonly brakes: BrakeView;
  readonly courier: Courier;
  readonly circuit: () => CircuitState;
  /** What this process remembers of the lane between heads. */
  readonly lane: LaneState;
  readonly memory: IdentifyMemory;
  readonly policy: LanePolicy;
  readonly deadLetterAllowance: DeadLetterAllowance;
  readonly now: () => number;
  readonly random: () => number;
  /** Waits `ms`, but no longer than the circuit is open. */
  readonly linger: (ms: number, signal: AbortSignal) => Promise<void>;
  /**
   * Told right before a batch is settled, and awaited: what it writes to Redis is there once the batch is settled, whoever
   * crashes. The batch may come again. Must not reject, and must not take long: the lane waits.
   */
  readonly onSettling?: ((batch: SettledBatch) => Promise<void>) | undefined;
  readonly onSettled: (batch: SettledBatch) => void;
  readonly onAttemptFailed?: ((attempt: FailedAttempt) => void) | undefined;
}
