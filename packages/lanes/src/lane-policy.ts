/** Times and bounds of the lanes; each from the configuration of the worker. */
export interface LanePolicy {
  /** Failed attempts after which operations move to fallback, beyond the first. @defaultValue 3 */
  readonly retries: number;
  /** First delay between attempts in ms; it doubles, with full jitter. @defaultValue 1000 */
  readonly retryBaseMs: number;
  /** First delay of fallback in ms. @defaultValue 60_000 */
  readonly fallbackBaseMs: number;
  /** Longest delay of fallback in ms. @defaultValue 900_000 */
  readonly fallbackCapMs: number;
  /** Age in ms beyond which an operation is dead-lettered: Customer.io no longer triggers campaigns. @defaultValue 259_200_000 (72 h) */
  readonly maxAgeMs: number;
  /** Longest delay of a lane in ms: a sleeping lane has no head that could overflow it. @defaultValue 60_000 */
  readonly laneDelayCapMs: number;
  /** First delay in ms after 401 or 403. @defaultValue 1000 */
  readonly setupBaseMs: number;
  /** Longest delay in ms after 401 or 403; also the longest wait after the keys work again. @defaultValue 5000 */
  readonly setupCapMs: number;
  /** Bytes that may wait in a lane that is throttled or refused, before it overflows into fallback. @defaultValue 67_108_864 */
  readonly laneMaxBytes: number;
  /** Age in ms of the oldest operation of such a lane, before it overflows. @defaultValue 600_000 */
  readonly laneMaxAgeMs: number;
  /** How long a head lingers for company in ms while the breaker is open. @defaultValue 2000 */
  readonly openLingerMs: number;
  /** Operations in one batch. @defaultValue 1000 */
  readonly maxBatchOperations: number;
  /** Bytes of job data in one batch; a request may hold 500,000. @defaultValue 480_000 */
  readonly maxBatchBytes: number;
  /** Failed attempts of fallback's head after which it is bisected, while the circuit is closed. @defaultValue 3 */
  readonly isolateAfterAttempts: number;
  /** Failures of a lone operation, while others succeed, after which it is dead-lettered. @defaultValue 10 */
  readonly maxLoneFailures: number;
}

export const DEFAULT_LANE_POLICY = {
  retries: 3,
  retryBaseMs: 1000,
  fallbackBaseMs: 60_000,
  fallbackCapMs: 900_000,
  maxAgeMs: 259_200_000,
  laneDelayCapMs: 60_000,
  setupBaseMs: 1000,
  setupCapMs: 5000,
  laneMaxBytes: 67_108_864,
  laneMaxAgeMs: 600_000,
  openLingerMs: 2000,
  maxBatchOperations: 1000,
  maxBatchBytes: 480_000,
  isolateAfterAttempts: 3,
  maxLoneFailures: 10,
} as const satisfies LanePolicy;
