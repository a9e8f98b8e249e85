import { expect, it } from 'vitest';
import { problemsOfRedisDown, type RedisDownOptions, redisDown } from './redis-down.ts';

/** As `npm run chaos -- --drill redis-down`, for seconds instead of minutes. */
async function problemsIn(options: Pick<RedisDownOptions, 'hasSpool'> & Partial<RedisDownOptions>): Promise<unknown> {
  const full: RedisDownOptions = { seed: 3, seconds: 6, perSecond: 1000, ...options };
  return problemsOfRedisDown(await redisDown(full), full);
}

it('answers every call ok and in time by its spool while Redis is down from the start', {
  timeout: 90_000,
}, async () => {
  expect(await problemsIn({ hasSpool: true })).toEqual([]);
});

it('forgets no ok of a producer that is killed while Redis is down: the next one replays its spool', {
  timeout: 90_000,
}, async () => {
  expect(await problemsIn({ hasSpool: true, isKilled: true })).toEqual([]);
});

it('holds what fits its buffer without a spool, refuses the rest at once, and sends what it held in order', {
  timeout: 90_000,
}, async () => {
  expect(await problemsIn({ hasSpool: false, perSecond: 4000, seconds: 4 })).toEqual([]);
});
