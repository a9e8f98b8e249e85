import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fetchDebianRedis } from './debian-redis.mjs';
import { BootstrapError, say } from './report.mjs';

const BINARY_NAMES = ['redis-server', 'valkey-server'];

/**
 * Sees to it that there is a Redis: one that runs (`REDIS_URL`), one that is installed, or Debian's, unpacked into the cache
 * folder. Where it looks and in which order is what `findRedisBinary` of the testkit does.
 *
 * @param options.isEmbedded - what comes next starts a Redis of its own, whatever `REDIS_URL` says
 * @returns whether there was something to do
 */
export function provideRedis(env, { isEmbedded }) {
  if (env.REDIS_URL && !isEmbedded) return false;
  if (env.CIO_FLEET_REDIS_SERVER || isOnPath(env.PATH)) return false;
  const remedy = isEmbedded ? '' : ', or set REDIS_URL';
  const cacheFolder = join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'cio-fleet');
  if (isInCache(cacheFolder)) return false;
  if (process.platform !== 'linux' || !isOnPath(env.PATH, ['apt-get']) || !isOnPath(env.PATH, ['dpkg'])) {
    throw new BootstrapError(
      `expected ${isEmbedded ? '' : 'REDIS_URL, or '}redis-server or valkey-server on PATH, found none, and without apt-get ` +
        `it can not be fetched; install Redis >= 6.2 (brew install redis, dnf install valkey, apk add redis)${remedy}`,
    );
  }
  say(`fetching Debian's Redis into ${cacheFolder} (nothing is installed on the system)`);
  fetchDebianRedis(cacheFolder, `install redis-server (Redis >= 6.2) yourself${remedy}, and try again`);
  return true;
}

function isOnPath(path = '', names = BINARY_NAMES) {
  return path.split(delimiter).some((folder) => folder && names.some((name) => existsSync(join(folder, name))));
}

function isInCache(cacheFolder) {
  if (!existsSync(cacheFolder)) return false;
  return readdirSync(cacheFolder).some(
    (name) => name.startsWith('redis-') && existsSync(join(cacheFolder, name, 'bin', 'redis-server')),
  );
}
