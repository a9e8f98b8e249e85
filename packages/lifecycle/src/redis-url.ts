import type { Environment } from './config.ts';
import { DEFAULT_RUN_FILE, readRunFile } from './run-file.ts';

/** A Redis to use, or why there is none and what to do. */
export type RedisUrlResult =
  | { readonly ok: true; readonly redisUrl: string }
  | { readonly ok: false; readonly problem: string };

/** `REDIS_URL`; without it, the Redis of the running demo. */
export function findRedisUrl(env: Environment, runFilePath: string = DEFAULT_RUN_FILE): RedisUrlResult {
  const redisUrl = env.REDIS_URL || readRunFile(runFilePath)?.redisUrl;
  if (redisUrl) return { ok: true, redisUrl };
  return {
    ok: false,
    problem:
      'REDIS_URL: expected the URL of a Redis, got nothing, and no demo is running; ' +
      'set REDIS_URL=redis://host:6379, or start one with: npm run demo',
  };
}
