import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The root of the project, with a `/` at its end. */
export const projectRoot: string = fileURLToPath(new URL('../..', import.meta.url));

const env = {
  ...process.env,
  PATH: `${projectRoot}node_modules/.bin:${process.env.PATH}`,
  TURBO_TELEMETRY_DISABLED: '1',
  TURBO_NO_UPDATE_NOTIFIER: '1',
  npm_config_update_notifier: 'false',
};

/** Runs a command of the project in its root, its output shown, and returns its exit code. */
export function runCommand(command: string, args: readonly string[], cwd: string = projectRoot): number {
  const { status, error } = spawnSync(command, args, { cwd, env, stdio: 'inherit' });
  if (error) process.stderr.write(`${command}: ${error.message}\n`);
  return status ?? 1;
}

/** Runs pnpm in the project's version, whether the machine has it or not; what it runs finds pnpm on its PATH. */
export function runPnpm(args: readonly string[], cwd?: string): number {
  const { packageManager } = JSON.parse(readFileSync(`${projectRoot}package.json`, 'utf8')) as {
    packageManager: string;
  };
  return runCommand('npx', ['--yes', packageManager, ...args], cwd);
}
