import { expect, it } from 'vitest';
import { type FullRedisOptions, fillRedis, problemsOfFullRedis } from './full-redis.ts';

it('accepts more in an outage than Redis has room for, and delivers all of it in order within the budget', {
  timeout: 240_000,
}, async () => {
  const options: FullRedisOptions = {
    ...{ seed: 2, operations: 45_000, producers: 2, maxMemoryBytes: 48 * 1024 * 1024, fillerBytes: 900 },
    ...{ requestsPerSecond: 100, timeoutMs: 100_000 },
  };
  expect(problemsOfFullRedis(await fillRedis(options), options)).toEqual([]);
});
