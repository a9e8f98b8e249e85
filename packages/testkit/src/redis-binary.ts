import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

const BINARY_NAMES = ['redis-server', 'valkey-server'] as const;

/**
 * Finds a Redis server to run: `CIO_FLEET_REDIS_SERVER`, else `redis-server` or `valkey-server` on `PATH`, else the one
 * that `scripts/bootstrap` unpacked into its cache folder.
 *
 * @throws Error when there is none; the message says what to do
 */
export function findRedisBinary(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const found = env.CIO_FLEET_REDIS_SERVER || findOnPath(env.PATH) || findInCache(env);
  if (found) return found;
  throw new Error(
    'expected a Redis server, found none on PATH or in the cache folder; run scripts/bootstrap --redis, or install redis-server',
  );
}

function findOnPath(path = ''): string | undefined {
  const folders = path.split(delimiter).filter(Boolean);
  return folders.flatMap((folder) => BINARY_NAMES.map((name) => join(folder, name))).find((file) => existsSync(file));
}

/** `scripts/bootstrap` leaves `redis-<version>/bin/redis-server`, a wrapper that sets the library path and execs the real one. */
function findInCache(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const cache = join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'cio-fleet');
  if (!existsSync(cache)) return undefined;
  return readdirSync(cache)
    .filter((name) => name.startsWith('redis-'))
    .sort()
    .reverse()
    .map((name) => join(cache, name, 'bin', 'redis-server'))
    .find((file) => existsSync(file));
}
