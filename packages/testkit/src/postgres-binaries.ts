import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

const DEBIAN_ROOT = '/usr/lib/postgresql';
/** Where `scripts/bootstrap` unpacks for root: others must be able to run it, since PostgreSQL refuses to run as root. */
const ROOT_CACHE = '/var/cache/cio-fleet';
const OLDEST_MAJOR = 15;

/**
 * Finds the folder with `initdb` and `postgres` (>= 15): Debian's, else that of `PATH`, else what `scripts/bootstrap --postgres`
 * unpacked.
 *
 * @throws Error when there is none; the message says what to do
 */
export function findPostgresBinaries(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const found = findInDebian() ?? findOnPath(env.PATH) ?? findInCache(env);
  if (found) return found;
  throw new Error(
    `expected PostgreSQL >= ${OLDEST_MAJOR}, found none in ${DEBIAN_ROOT}, on PATH or in the cache folder; ` +
      'run scripts/bootstrap --postgres, or install it',
  );
}

function findInDebian(): string | undefined {
  if (!existsSync(DEBIAN_ROOT)) return undefined;
  const majors = readdirSync(DEBIAN_ROOT)
    .map(Number)
    .filter((major) => major >= OLDEST_MAJOR);
  return majors
    .toSorted((a, b) => b - a)
    .map((major) => join(DEBIAN_ROOT, String(major), 'bin'))
    .find(hasServer);
}

function findOnPath(path = ''): string | undefined {
  return path.split(delimiter).filter(Boolean).find(hasServer);
}

/** `postgres-<version>/bin` holds wrappers that set the library path and exec the real ones. */
function findInCache(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const folders = [ROOT_CACHE, join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'cio-fleet')];
  return folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .filter((folder) => /\/postgres-\d+[^/]*$/.test(folder))
    .map((folder) => join(folder, 'bin'))
    .find(hasServer);
}

function hasServer(folder: string): boolean {
  return existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres'));
}
