import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * How to run pnpm in the project's version: itself where the machine has the very version, else through npx.
 *
 * It runs on the machine's Node, not on ours: npm finds its global settings beside its Node, and a distribution's Node knows
 * the certificates of the system, which a company's registry may need.
 */
export function pnpmCommand(root) {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const version = packageManager.replace(/^pnpm@/, '').replace(/\+.*$/, '');
  const env = { ...process.env, PATH: pathOfMachine(process.env.PATH) };
  // `npm run --silent` would silence pnpm too, and its reasons with it.
  delete env.npm_config_loglevel;
  const own = spawnSync('pnpm', ['--version'], { cwd: root, env, encoding: 'utf8' });
  if (own.status === 0 && own.stdout.trim() === version) return { command: 'pnpm', args: [], env };
  return { command: 'npx', args: ['--yes', '--prefer-offline', `pnpm@${version}`], env };
}

/** PATH without what npm and pnpm put in front of it for scripts, if there is an npx left then. */
function pathOfMachine(path = '') {
  const folders = path.split(delimiter).filter((folder) => !/\bnode_modules\b/.test(folder));
  return folders.some((folder) => existsSync(join(folder, 'npx'))) ? folders.join(delimiter) : path;
}
