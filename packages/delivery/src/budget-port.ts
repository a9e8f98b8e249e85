import type { Purpose } from './delivery-result.ts';

/** The workspace's requests per second, shared by the fleet. */
export interface Budget {
  /**
   * Waits until one request may be sent.
   *
   * @throws the signal's reason when it aborts
   */
  take(purpose: Purpose, signal: AbortSignal): Promise<void>;
  /** Customer.io answered 429: everyone slows down. */
  throttled(retryAfterMs?: number): Promise<void>;
  /** Customer.io took a request: after a 429 the rate may rise again. */
  succeeded(): void;
  /** Requests per second: what is allowed, and what is used of it at the moment. */
  current(): { readonly budget: number; readonly current: number };
}
