import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fetchDebianPostgres } from './debian-postgres.mjs';
import { BootstrapError, say } from './report.mjs';

const DEBIAN_ROOT = '/usr/lib/postgresql';
/** PostgreSQL refuses to run as root, and nobody else may look into root's home. */
const ROOT_CACHE = '/var/cache/cio-fleet';
const OLDEST_MAJOR = 15;

/**
 * Sees to it that tests find a PostgreSQL: one that is installed, or Debian's, unpacked into the cache folder. Where it looks and
 * in which order is what `findPostgresBinaries` of the testkit does. Without one, only the tests that need it fail, and say so.
 *
 * @returns whether there was something to do
 */
export function providePostgres(env) {
  if (isInDebian() || findInFolders((env.PATH ?? '').split(delimiter))) return false;
  const ownCache = join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'cio-fleet');
  if ([ROOT_CACHE, ownCache].some(isInCache)) return false;
  const cacheFolder = process.getuid?.() === 0 ? ROOT_CACHE : ownCache;
  try {
    say(`fetching Debian's PostgreSQL into ${cacheFolder} (nothing is installed on the system)`);
    fetchDebianPostgres(cacheFolder);
    return true;
  } catch (error) {
    if (!(error instanceof BootstrapError) && error.code === undefined) throw error;
    say(`tests of the journal will miss PostgreSQL: ${error.message}`);
    return false;
  }
}

function isInDebian() {
  if (!existsSync(DEBIAN_ROOT)) return false;
  const majors = readdirSync(DEBIAN_ROOT).filter((name) => Number(name) >= OLDEST_MAJOR);
  return findInFolders(majors.map((major) => join(DEBIAN_ROOT, major, 'bin')));
}

function isInCache(cacheFolder) {
  if (!existsSync(cacheFolder)) return false;
  const names = readdirSync(cacheFolder).filter((name) => name.startsWith('postgres-'));
  return findInFolders(names.map((name) => join(cacheFolder, name, 'bin')));
}

function findInFolders(folders) {
  return folders.some((folder) => folder && existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
}
