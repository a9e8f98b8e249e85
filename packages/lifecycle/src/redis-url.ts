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

/** Where to look for a Redis, and what to do without one. */
export interface ResolveRedisUrlOptions {
  readonly env: Environment;
  /** @defaultValue '.data/run.json' */
  readonly runFilePath?: string;
  /** @defaultValue writes to stderr */
  readonly writeLine?: (line: string) => void;
  /** @defaultValue process.exit */
  readonly exit?: (code: number) => never;
}

/** The Redis to use; without one it writes what to do to stderr and exits with 2. */
export function resolveRedisUrl(options: ResolveRedisUrlOptions): string {
  const { writeLine = (line: string) => void process.stderr.write(`${line}\n`), exit = process.exit } = options;
  const found = findRedisUrl(options.env, options.runFilePath);
  if (found.ok) return found.redisUrl;
  writeLine(found.problem);
  return exit(2);
}
