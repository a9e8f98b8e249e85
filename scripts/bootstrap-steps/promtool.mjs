import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fetchDebianPackages, run } from './debian-packages.mjs';
import { say } from './report.mjs';

/**
 * The path of promtool: that of `PATH`, else Debian's, unpacked into the cache folder. Only tests of the rules need it, so
 * `scripts/bootstrap` doesn't fetch it; the tests do.
 *
 * @throws BootstrapError when there is none and it can't be fetched; the message says what to do
 */
export function providePromtool(env) {
  const onPath = (env.PATH ?? '').split(delimiter).map((folder) => join(folder || '.', 'promtool'));
  const found = onPath.find((file) => existsSync(file));
  if (found) return found;
  const cacheFolder = join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'cio-fleet');
  const cached = inCache(cacheFolder);
  if (cached) return cached;
  say(`fetching Debian's prometheus, for promtool, into ${cacheFolder} (nothing is installed on the system)`);
  fetchDebianPackages(cacheFolder, {
    name: 'prometheus',
    title: 'prometheus',
    packagesOf: () => ['prometheus'],
    usualLibraries: [],
    // Its web pages; promtool has none.
    unneeded: /^libjs-/,
    programsOf: () => ['usr/bin/promtool'],
    versionOf: (tree) => /version (\d[\d.]*)/.exec(run(join(tree, 'bin', 'promtool'), ['--version']).stdout)?.[1],
    instead: 'put promtool (of Prometheus >= 2.40) on PATH, and try again',
  });
  return inCache(cacheFolder);
}

function inCache(cacheFolder) {
  if (!existsSync(cacheFolder)) return undefined;
  return readdirSync(cacheFolder)
    .filter((name) => name.startsWith('prometheus-'))
    .map((name) => join(cacheFolder, name, 'bin', 'promtool'))
    .find((file) => existsSync(file));
}
