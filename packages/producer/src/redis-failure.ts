import { redisErrorCode } from '@cio-fleet/contracts';

/**
 * What a failed write tells us to do:
 * - `disconnected`: no answer; whether Redis took it is unknown. The same write again once the connection is back.
 * - `full`: Redis has no memory left. The same write again after a pause; new operations are turned away meanwhile.
 * - `retryable`: Redis can't write just now (loading, failing over, disk trouble, wrong password). Again after a pause.
 * - `refused`: the same write will fail for ever.
 */
export type RedisFailure = 'disconnected' | 'full' | 'retryable' | 'refused';

/** Error codes that no repetition mends: rights, a key of another type, a script that can't run there. */
const REFUSALS = new Set(['NOPERM', 'WRONGTYPE', 'CROSSSLOT', 'ERR']);

/** Classifies what ioredis rejected a write with. @see https://redis.io/docs/latest/develop/reference/protocol-spec/ */
export function classifyRedisFailure(error: unknown): RedisFailure {
  const code = redisErrorCode(error);
  if (code === undefined) return 'disconnected';
  if (code === 'OOM') return 'full';
  return REFUSALS.has(code) ? 'refused' : 'retryable';
}

const FIRST_DELAY_MS = 25;
const MAX_DELAY_MS = 1_000;

/** Pause before the next try, with jitter; at most a second, so that recovery is noticed fast. @param failures 1-based */
export function retryDelayMs(failures: number, random: () => number): number {
  const ceilingMs = Math.min(FIRST_DELAY_MS * 2 ** Math.min(failures, 10), MAX_DELAY_MS);
  return Math.ceil(ceilingMs * (0.5 + random() / 2));
}
