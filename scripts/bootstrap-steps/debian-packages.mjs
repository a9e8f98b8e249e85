import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { BootstrapError, say } from './report.mjs';

const ONLY_DEPENDS = ['recommends', 'suggests', 'conflicts', 'breaks', 'replaces', 'enhances'].map(
  (kind) => `--no-${kind}`,
);

/**
 * Downloads packages of Debian (or Ubuntu) and the libraries that this machine lacks, and unpacks them below the cache folder. Needs
 * no root, installs nothing.
 *
 * @param want.name - what the folder is called, before its version: `redis`
 * @param want.title - what is downloaded, for messages
 * @param want.packagesOf - the packages, perhaps found by asking `aptCache(...args)`
 * @param want.usualLibraries - what hardly anything else needs. They go into the copy even where the system has them: it may lose them.
 * @param want.unneeded - libraries that it runs without
 * @param want.programsOf - the programs in the unpacked tree that get a wrapper in `bin` that knows their libraries
 * @param want.versionOf - tells the version, by running a wrapper
 * @param want.instead - what the user can do when this fails
 */
export function fetchDebianPackages(cacheFolder, want) {
  mkdirSync(cacheFolder, { recursive: true });
  // Beside its final place, so that the last step is a rename: other processes see all of it or nothing.
  const draft = mkdtempSync(join(cacheFolder, 'draft-'));
  try {
    const tree = join(draft, 'tree');
    download(join(draft, 'packages'), draft, want);
    unpack(join(draft, 'packages'), tree);
    for (const program of want.programsOf(tree)) writeWrapper(tree, program);
    // A draft is private; what comes of it may be run by others.
    chmodSync(tree, 0o755);
    const version = want.versionOf(tree);
    if (!version) throw new BootstrapError(`expected the downloaded ${want.title} to run, it doesn't; ${want.instead}`);
    moveIntoPlace(tree, join(cacheFolder, `${want.name}-${version}`));
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** With the lists that the machine has; where they are missing or too old, with fresh ones in a folder of our own. */
function download(packagesFolder, draft, want) {
  mkdirSync(packagesFolder);
  // As root, apt would hand the download to a user who may not write here.
  const base = ['-o', 'APT::Sandbox::User=root', '-o', 'Debug::NoLocking=1'];
  if (tryDownload(packagesFolder, base, want)) return;
  const own = [...base, '-o', `Dir::State::lists=${join(draft, 'lists')}`, '-o', `Dir::Cache=${join(draft, 'cache')}`];
  mkdirSync(join(draft, 'lists', 'partial'), { recursive: true });
  mkdirSync(join(draft, 'cache', 'archives', 'partial'), { recursive: true });
  say('reading the package lists');
  const update = run('apt-get', [...own, '-qq', 'update'], draft);
  const failure =
    update.status === 0 ? tryDownload(packagesFolder, own, want) || 'apt-get download failed' : lastLine(update);
  if (failure === true) return;
  throw new BootstrapError(`expected to download ${want.title}, got: ${failure}; ${want.instead}`);
}

function tryDownload(packagesFolder, options, want) {
  const aptCache = (...args) => run('apt-cache', [...options, ...args]).stdout;
  const servers = want.packagesOf(aptCache);
  if (servers.length === 0) return false;
  const packages = [...servers, ...neededLibraries(options, servers, want)];
  return run('apt-get', [...options, '-qq', 'download', ...packages], packagesFolder).status === 0;
}

/** The libraries that the servers need, directly or through others, and that the system lacks or may lose. */
function neededLibraries(options, servers, want) {
  const needed = new Set();
  let unread = servers;
  while (unread.length > 0) {
    const result = run('apt-cache', [...options, 'depends', ...ONLY_DEPENDS, ...unread]);
    if (result.status !== 0) return want.usualLibraries;
    // Of alternatives, which are indented lines without "Depends:", the first is enough.
    const names = [...result.stdout.matchAll(/^ +\|?(?:Pre)?Depends: ((?:lib|lua)[^\s:]+)/gm)].map(([, name]) => name);
    unread = [...new Set(names)].filter(
      (name) => !needed.has(name) && !want.unneeded.test(name) && !isAtHand(name, want),
    );
    for (const name of unread) needed.add(name);
  }
  return [...needed];
}

function isAtHand(name, want) {
  if (want.usualLibraries.includes(name)) return false;
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

/** `exec` keeps the process id, so whoever starts the wrapper holds the program itself. */
function writeWrapper(tree, program) {
  const folders = readdirSync(tree, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.name.includes('.so'))
    .map((entry) => `$root/${relative(tree, entry.parentPath)}`);
  const libraryPath = [...new Set(folders)].join(':');
  const wrapper = join(tree, 'bin', program.slice(program.lastIndexOf('/') + 1));
  mkdirSync(dirname(wrapper), { recursive: true });
  writeFileSync(
    wrapper,
    `#!/bin/sh
root=$(cd "$(dirname "$0")/.." && pwd)
LD_LIBRARY_PATH="${libraryPath}\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" exec "$root/${program}" "$@"
`,
  );
  chmodSync(wrapper, 0o755);
}

function moveIntoPlace(tree, target) {
  try {
    renameSync(tree, target);
  } catch (error) {
    // Another bootstrap was faster, and its copy is as good as ours.
    if (!existsSync(join(target, 'bin'))) throw error;
  }
}

/** Runs a program to its end, with its messages in English. */
export function run(command, args, cwd) {
  const result = spawnSync(command, args, { cwd, encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } });
  return { status: result.status, stdout: result.stdout ?? '', stderr: result.stderr ?? result.error?.message ?? '' };
}

function lastLine(result) {
  return result.stderr.trim().split('\n').at(-1) || `exit code ${result.status}`;
}
