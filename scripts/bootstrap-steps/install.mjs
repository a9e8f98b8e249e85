import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from './lock.mjs';
import { pnpmCommand } from './pnpm.mjs';
import { BootstrapError, say } from './report.mjs';

const STAMP = 'node_modules/.cio-fleet-bootstrap';

/**
 * Installs what the lockfile says, unless that was done already.
 *
 * @returns whether there was something to do
 */
export async function installDependencies(root) {
  if (isInstalled(root)) return false;
  return withLock(join(root, '.data', 'bootstrap.lock'), () => {
    // Whoever held the lock before has perhaps just done it.
    if (isInstalled(root)) return false;
    // Taken before the install: a file that changes meanwhile makes the next bootstrap install again.
    const stamp = fingerprint(root);
    runPnpmInstall(root);
    expectNode24(root);
    writeFileSync(join(root, STAMP), stamp);
    return true;
  });
}

function isInstalled(root) {
  const stampFile = join(root, STAMP);
  if (!existsSync(stampFile) || !existsSync(join(root, 'node_modules/.bin/node'))) return false;
  return readFileSync(stampFile, 'utf8') === fingerprint(root);
}

/** A hash of all that decides what is installed. */
function fingerprint(root) {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}`);
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', '.npmrc', ...manifests(root)]) {
    hash.update(`\0${file}\0`).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}

function manifests(root) {
  const members = ['apps', 'packages'].flatMap((group) =>
    readdirSync(join(root, group)).map((name) => `${group}/${name}/package.json`),
  );
  return ['package.json', 'scripts/package.json', ...members.filter((file) => existsSync(join(root, file))).sort()];
}

function runPnpmInstall(root) {
  const { command, args, env } = pnpmCommand(root);
  say(`installing dependencies with ${[command, ...args].join(' ')} (the first time takes a minute)`);
  const install = spawnSync(
    command,
    [...args, 'install', '--frozen-lockfile', '--config.confirm-modules-purge=false'],
    {
      cwd: root,
      env,
      stdio: ['ignore', 2, 2],
    },
  );
  if (install.status === 0) return;
  throw new BootstrapError(
    `expected "${command} ${args.join(' ')} install" to succeed, got ${install.error?.message ?? `exit code ${install.status}`}; ` +
      'see its output above, check that the npm registry can be reached, and try again',
  );
}

function expectNode24(root) {
  const { stdout, error } = spawnSync(join(root, 'node_modules/.bin/node'), ['--version'], { encoding: 'utf8' });
  if (stdout?.startsWith('v24.')) return;
  throw new BootstrapError(
    `expected node_modules/.bin/node to be Node 24, got ${stdout?.trim() || error?.message || 'nothing'}; ` +
      'remove node_modules and try again (its install script must be allowed to run)',
  );
}
