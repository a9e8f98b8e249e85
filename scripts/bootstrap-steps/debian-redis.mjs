import { join } from 'node:path';
import { fetchDebianPackages, run } from './debian-packages.mjs';

/**
 * Unpacks Debian's (or Ubuntu's) Redis below the cache folder as `redis-<version>`, with `bin/redis-server`.
 *
 * @param instead - what the user can do when this fails
 */
export function fetchDebianRedis(cacheFolder, instead) {
  fetchDebianPackages(cacheFolder, {
    name: 'redis',
    title: 'redis-server, redis-tools',
    // redis-server is a link into redis-tools.
    packagesOf: () => ['redis-server', 'redis-tools'],
    usualLibraries: ['libjemalloc2', 'liblzf1', 'libatomic1'],
    unneeded: /^$/,
    programsOf: () => ['usr/bin/redis-server'],
    versionOf: (tree) => /v=(\S+)/.exec(run(join(tree, 'bin', 'redis-server'), ['--version']).stdout)?.[1],
    instead,
  });
}
