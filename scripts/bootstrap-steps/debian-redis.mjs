import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { BootstrapError, say } from './report.mjs';

/** redis-server is a link into redis-tools. */
const SERVER_PACKAGES = ['redis-server', 'redis-tools'];
/** What hardly anything but Redis needs. They go into the copy even where the system has them: it may lose them with its Redis. */
const USUAL_LIBRARIES = ['libjemalloc2', 'liblzf1', 'libatomic1'];
const ONLY_DEPENDS = ['recommends', 'suggests', 'conflicts', 'breaks', 'replaces', 'enhances'].map(
  (kind) => `--no-${kind}`,
);

/**
 * Downloads Debian's (or Ubuntu's) Redis and the libraries that this machine lacks, and unpacks them below the cache folder
 * as `redis-<version>`, with a `bin/redis-server` that knows its libraries. Needs no root, installs nothing.
 */
export function fetchDebianRedis(cacheFolder) {
  mkdirSync(cacheFolder, { recursive: true });
  // Beside its final place, so that the last step is a rename: other processes see all of it or nothing.
  const draft = mkdtempSync(join(cacheFolder, 'draft-'));
  try {
    const tree = join(draft, 'tree');
    download(join(draft, 'packages'), draft);
    unpack(join(draft, 'packages'), tree);
    writeWrapper(tree);
    moveIntoPlace(tree, join(cacheFolder, `redis-${versionOf(tree)}`));
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** With the lists that the machine has; where they are missing or too old, with fresh ones in a folder of our own. */
function download(packagesFolder, draft) {
  mkdirSync(packagesFolder);
  // As root, apt would hand the download to a user who may not write here.
  const base = ['-o', 'APT::Sandbox::User=root', '-o', 'Debug::NoLocking=1'];
  if (tryDownload(packagesFolder, base)) return;
  const own = [...base, '-o', `Dir::State::lists=${join(draft, 'lists')}`, '-o', `Dir::Cache=${join(draft, 'cache')}`];
  mkdirSync(join(draft, 'lists', 'partial'), { recursive: true });
  mkdirSync(join(draft, 'cache', 'archives', 'partial'), { recursive: true });
  say('reading the package lists');
  const update = run('apt-get', [...own, '-qq', 'update'], draft);
  const failure =
    update.status === 0 ? tryDownload(packagesFolder, own) || 'apt-get download failed' : lastLine(update);
  if (failure === true) return;
  throw new BootstrapError(
    `expected to download ${SERVER_PACKAGES.join(', ')}, got: ${failure}; ` +
      'install redis-server (Redis >= 6.2) yourself, or set REDIS_URL, and try again',
  );
}

function tryDownload(packagesFolder, options) {
  const packages = [...SERVER_PACKAGES, ...neededLibraries(options)];
  return run('apt-get', [...options, '-qq', 'download', ...packages], packagesFolder).status === 0;
}

/** The libraries that Redis needs, directly or through others, and that the system lacks or may lose. */
function neededLibraries(options) {
  const needed = new Set();
  let unread = SERVER_PACKAGES;
  while (unread.length > 0) {
    const result = run('apt-cache', [...options, 'depends', ...ONLY_DEPENDS, ...unread]);
    if (result.status !== 0) return USUAL_LIBRARIES;
    // Of alternatives, which are indented lines without "Depends:", the first is enough.
    const names = [...result.stdout.matchAll(/^ +\|?(?:Pre)?Depends: ((?:lib|lua)[^\s:]+)/gm)].map(([, name]) => name);
    unread = [...new Set(names)].filter((name) => !needed.has(name) && !isAtHand(name));
    for (const name of unread) needed.add(name);
  }
  return [...needed];
}

function isAtHand(name) {
  if (USUAL_LIBRARIES.includes(name)) return false;
  const { stdout } = run('dpkg-query', ['-W', '-f', `\${Status}\n`, name]);
  return stdout.includes('install ok installed');
}

function unpack(packagesFolder, tree) {
  for (const file of readdirSync(packagesFolder).filter((name) => name.endsWith('.deb'))) {
    const result = run('dpkg', ['-x', join(packagesFolder, file), tree]);
    if (result.status !== 0)
      throw new BootstrapError(`expected to unpack ${file}, got: ${lastLine(result)}; try again`);
  }
}

/** `exec` keeps the process id, so whoever starts the wrapper holds Redis itself. */
function writeWrapper(tree) {
  const folders = readdirSync(tree, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.name.includes('.so'))
    .map((entry) => `$root/${relative(tree, entry.parentPath)}`);
  const libraryPath = [...new Set(folders)].join(':');
  const wrapper = join(tree, 'bin', 'redis-server');
  mkdirSync(dirname(wrapper), { recursive: true });
  writeFileSync(
    wrapper,
    `#!/bin/sh
root=$(cd "$(dirname "$0")/.." && pwd)
LD_LIBRARY_PATH="${libraryPath}\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" exec "$root/usr/bin/redis-server" "$@"
`,
  );
  chmodSync(wrapper, 0o755);
}

function versionOf(tree) {
  const result = run(join(tree, 'bin', 'redis-server'), ['--version']);
  const version = /v=(\S+)/.exec(result.stdout)?.[1];
  if (version) return version;
  throw new BootstrapError(
    `expected the downloaded Redis to run, got: ${lastLine(result)}; install redis-server yourself, or set REDIS_URL`,
  );
}

function moveIntoPlace(tree, target) {
  try {
    renameSync(tree, target);
  } catch (error) {
    // Another bootstrap was faster, and its copy is as good as ours.
    if (!existsSync(join(target, 'bin', 'redis-server'))) throw error;
  }
}

function run(command, args, cwd) {
  const result = spawnSync(command, args, { cwd, encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } });
  return { status: result.status, stdout: result.stdout ?? '', stderr: result.stderr ?? result.error?.message ?? '' };
}

function lastLine(result) {
  return result.stderr.trim().split('\n').at(-1) || `exit code ${result.status}`;
}
