import type { DeadLetterReason, QueuedOperation } from '@cio-fleet/contracts';
import type { DeliveryError } from './delivery-error.ts';
import type { IdentifyMemory } from './identify-memory.ts';

/** For whom a request is sent: fresh operations of a lane, or the backlog in fallback. */
export type Purpose = 'lane' | 'fallback';

/** What to deliver, and when not to. */
export interface DeliveryRequest {
  /** In order; one lane's, or fallback's. */
  readonly operations: readonly QueuedOperation[];
  readonly purpose: Purpose;
  /** Asked right before each HTTP request. `stale`: the job is no longer ours, nothing may be sent. */
  readonly guard: () => Promise<'go' | 'stale'>;
  /** Stop deadline or lost lock: aborts a request in flight. */
  readonly signal: AbortSignal;
  /** What this lane delivered last to each person. Absent: no deduplication (fallback, isolated runs). */
  readonly memory?: IdentifyMemory;
  /**
   * Find what fails by halving, on transient failures too. Later operations of a person whose operation failed are left
   * unsent; everyone else's go on.
   * @defaultValue false
   */
  readonly isolate?: boolean;
}

/** The final state that delivery gives to one operation. */
export type Settlement =
  | { readonly state: 'delivered' }
  | { readonly state: 'deduplicated' }
  | { readonly state: 'rejected'; readonly reason: DeadLetterReason };

/** Why delivery stopped before everything was settled. */
export type Interruption =
  | { readonly kind: 'stale' }
  | { readonly kind: 'aborted' }
  | { readonly kind: 'circuit-open' }
  | { readonly kind: 'setup'; readonly error: DeliveryError }
  | { readonly kind: 'throttled'; readonly error: DeliveryError; readonly retryAfterMs?: number }
  | { readonly kind: 'transient'; readonly error: DeliveryError };

export interface DeliveryResult {
  /** By index of `request.operations`; `undefined` = not delivered: unsent, or its attempt failed. */
  readonly settlements: readonly (Settlement | undefined)[];
  /** HTTP requests sent. */
  readonly requests: number;
  readonly interruption?: Interruption;
  /** Indexes of operations that were in a request which failed, and stayed undelivered. Absent when there are none. */
  readonly failed?: readonly number[];
  /**
   * Isolated runs: indexes of operations that failed transiently in a request of their own. Absent when so much failed in a
   * row that it says nothing about single operations.
   */
  readonly failedAlone?: readonly number[];
}
