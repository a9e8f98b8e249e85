/** The rate of a workspace, as it lies in Redis. */
export interface RateState {
  /** Requests per second that are allowed. */
  readonly budget: number;
  /** What was left of it after the last 429; absent when there was none. */
  readonly current?: number;
  /** When Customer.io took the first request after that 429, in ms of Redis's clock; absent while it hasn't. */
  readonly cleanSinceMs?: number;
}

/** Part of the budget by which the rate rises each second while no 429 comes. */
const RISE_PER_SECOND = 0.05;

/** Never slower, in requests per second: a stopped workspace would notice nothing of a recovery. */
export const MIN_RATE = 1;

/**
 * The requests per second to use now: the budget, or after a 429 what was left of it, rising by 5 % of the budget each second
 * from the first request that Customer.io takes again.
 */
export function effectiveRate({ budget, current, cleanSinceMs }: RateState, nowMs: number): number {
  const ceiling = Math.max(MIN_RATE, budget);
  if (current === undefined) return ceiling;
  const risenMs = cleanSinceMs === undefined ? 0 : Math.max(0, nowMs - cleanSinceMs);
  return Math.min(ceiling, Math.max(MIN_RATE, current) + (ceiling * RISE_PER_SECOND * risenMs) / 1000);
}
