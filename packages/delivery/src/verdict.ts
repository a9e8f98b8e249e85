import type { DeadLetterReason } from '@cio-fleet/contracts';
import type { DeliveryError } from './delivery-error.ts';

/** What one attempt did to the operations of its request. */
export type Verdict =
  | { readonly kind: 'delivered' }
  /** Settled by `batch_index`: the listed operations are rejected, the rest are delivered. */
  | { readonly kind: 'partial'; readonly rejected: ReadonlyMap<number, DeadLetterReason> }
  /** Refused as a whole for something inside it: halve until what is refused is alone. */
  | { readonly kind: 'bisect'; readonly reason: DeadLetterReason }
  /** Too large: send it in halves; a single operation is rejected. */
  | { readonly kind: 'split'; readonly reason: DeadLetterReason }
  /** Credentials, region or URL are wrong: no attempt is used, people have to act. */
  | { readonly kind: 'setup'; readonly error: DeliveryError }
  /** Too fast: no attempt is used, and the breaker doesn't count it. */
  | { readonly kind: 'throttled'; readonly error: DeliveryError; readonly retryAfterMs?: number }
  /** Worth another attempt; counts for the breaker. */
  | { readonly kind: 'transient'; readonly error: DeliveryError };

export type VerdictKind = Verdict['kind'];
