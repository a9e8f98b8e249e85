import { workspaceKeys } from '@cio-fleet/contracts';
import type { Redis } from 'ioredis';
import { effectiveRate, type RateState } from './effective-rate.ts';

/**
 * The fields of the hash `workspaceKeys(workspace).rate`: `requestsPerSecond` was set at run time, `configured` is what the
 * workers were started with, the others are the adaptation to 429 (see `effectiveRate`).
 */
const FIELDS = ['requestsPerSecond', 'configured', 'current', 'cleanSince', 'throttledAt'] as const;
const ADAPTATION = ['current', 'cleanSince', 'throttledAt'] as const;

/** A workspace's rate, for people. All numbers are requests per second. */
export interface RateSetting {
  /** The budget that holds now. */
  readonly budget: number;
  /** What is used of it: less than the budget after a 429. */
  readonly current: number;
  /** Whether the budget was set at run time, or comes from the workers' configuration. */
  readonly setAtRunTime: boolean;
}

/** The rate as it lies in Redis, at Redis's time. */
export interface StoredRate {
  readonly state: RateState;
  readonly setAtRunTime: boolean;
  readonly configured?: number;
  /** Redis's clock, in ms. */
  readonly nowMs: number;
}

/** The rate of a workspace now; `undefined` before the first worker has run and before anyone has set it. */
export async function readRate(redis: Redis, workspace: string): Promise<RateSetting | undefined> {
  const stored = await readStoredRate(redis, workspace, undefined);
  if (stored === undefined) return undefined;
  const { state, setAtRunTime, nowMs } = stored;
  return { budget: state.budget, current: effectiveRate(state, nowMs), setAtRunTime };
}

/**
 * Sets the budget of a workspace for the whole fleet, within a second and until it is set again; `undefined` goes back to
 * what the workers are configured with. It starts afresh: an adaptation to earlier 429s is forgotten.
 *
 * @throws {RangeError} unless it is a number of at least 1
 */
export async function setRate(redis: Redis, workspace: string, requestsPerSecond: number | undefined): Promise<void> {
  const { rate } = workspaceKeys(workspace);
  const transaction = redis.multi().hdel(rate, ...ADAPTATION);
  if (requestsPerSecond === undefined) transaction.hdel(rate, 'requestsPerSecond');
  else transaction.hset(rate, 'requestsPerSecond', checkRate(requestsPerSecond));
  // Times reserved at the old rate would hold a faster one up.
  await transaction.del(...limiterKeys(workspace)).exec();
}

/** What a limiter's key is made of: `<prefix>:<name>`. */
export const LIMITER_NAMES = ['total', 'fallback'] as const;

/** The prefix of the limiters' keys, in the workspace's slot. */
export function limiterKeyPrefix(workspace: string): string {
  return workspaceKeys(workspace).rate;
}

/** Where the limiters keep when the next request is due. */
export function limiterKeys(workspace: string): string[] {
  return LIMITER_NAMES.map((name) => `${limiterKeyPrefix(workspace)}:${name}`);
}

/** @param otherwise - the budget where Redis has none */
export async function readStoredRate(redis: Redis, workspace: string, otherwise: number): Promise<StoredRate>;
export async function readStoredRate(
  redis: Redis,
  workspace: string,
  otherwise: number | undefined,
): Promise<StoredRate | undefined>;
export async function readStoredRate(
  redis: Redis,
  workspace: string,
  otherwise: number | undefined,
): Promise<StoredRate | undefined> {
  const [values, [seconds, micros]] = await Promise.all([
    redis.hmget(workspaceKeys(workspace).rate, ...FIELDS),
    redis.time(),
  ]);
  const [set, configured, current, cleanSinceMs] = values.map(readNumber);
  const budget = set ?? otherwise ?? configured;
  if (budget === undefined) return undefined;
  return {
    state: { budget, ...(current !== undefined && { current }), ...(cleanSinceMs !== undefined && { cleanSinceMs }) },
    setAtRunTime: set !== undefined,
    ...(configured !== undefined && { configured }),
    nowMs: Number(seconds) * 1000 + Number(micros) / 1000,
  };
}

/** @throws {RangeError} unless it is a number of at least 1 */
export function checkRate(requestsPerSecond: number): number {
  if (Number.isFinite(requestsPerSecond) && requestsPerSecond >= 1) return requestsPerSecond;
  throw new RangeError(
    `expected at least 1 request per second, got ${requestsPerSecond}: pause the queues to stop sending`,
  );
}

function readNumber(value: string | null | undefined): number | undefined {
  const number = value === null || value === undefined || value === '' ? Number.NaN : Number(value);
  return Number.isFinite(number) ? number : undefined;
}
