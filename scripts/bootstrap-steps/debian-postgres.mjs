import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fetchDebianPackages, run } from './debian-packages.mjs';

const PROGRAMS = ['initdb', 'postgres', 'pg_ctl', 'pg_basebackup', 'psql'];

/** Unpacks Debian's (or Ubuntu's) PostgreSQL below the cache folder as `postgres-<version>`, with its programs in `bin`. */
export function fetchDebianPostgres(cacheFolder) {
  fetchDebianPackages(cacheFolder, {
    name: 'postgres',
    title: 'postgresql',
    packagesOf: (aptCache) => {
      // `postgresql` is an empty package that depends on the distribution's version.
      const server = /Depends: (postgresql-\d+)/.exec(aptCache('depends', 'postgresql'))?.[1];
      return server ? [server, server.replace('postgresql-', 'postgresql-client-')] : [];
    },
    usualLibraries: ['libpq5'],
    // Only its compiler of queries needs LLVM, which is as large as all the rest; tests don't.
    unneeded: /^libllvm|^libperl|^libpython/,
    programsOf: (tree) => {
      const root = 'usr/lib/postgresql';
      return readdirSync(join(tree, root)).flatMap((major) => PROGRAMS.map((name) => `${root}/${major}/bin/${name}`));
    },
    versionOf: (tree) =>
      /\(PostgreSQL\) (\d[\d.]*)/.exec(run(join(tree, 'bin', 'postgres'), ['--version']).stdout)?.[1],
    instead: 'install PostgreSQL >= 15 yourself, and try again',
  });
}
