import { expect, it } from 'vitest';
import * as redis from './index.ts';

it('the public API is exactly these names', () => {
  expect(Object.keys(redis).sort()).toMatchInlineSnapshot(`
    [
      "ACL_RULES",
      "RedisUnfitError",
      "TLS_VARIABLES",
      "checkRedis",
      "createRedis",
      "createRedisGate",
      "fail",
      "findingLine",
      "judgeRedis",
      "ok",
      "parseInfo",
      "readRedisFacts",
      "readRedisMemory",
      "readRedisSettings",
      "skip",
      "warn",
    ]
  `);
});
