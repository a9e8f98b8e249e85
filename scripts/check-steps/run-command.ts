import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { pnpmCommand } from '../bootstrap-steps/pnpm.mjs';

/** The root of the project, with a `/` at its end. */
export const projectRoot: string = fileURLToPath(new URL('../..', import.meta.url));

/** `CI` keeps vitest from writing missing snapshots, so that they fail. */
const toolEnvironment = {
  CI: 'true',
  TURBO_TELEMETRY_DISABLED: '1',
  TURBO_NO_UPDATE_NOTIFIER: '1',
  npm_config_update_notifier: 'false',
};

/** Runs a tool of the project in its root, its output shown, and returns its exit code. */
export function runCommand(command: string, args: readonly string[]): number {
  const path = `${projectRoot}node_modules/.bin:${process.env.PATH}`;
  return run(command, args, { cwd: projectRoot, env: { ...process.env, PATH: path } });
}

/** Runs npm as a person would, on the machine's own Node. */
export function runNpm(args: readonly string[]): number {
  return run('npm', args, { cwd: projectRoot, env: process.env });
}

/** Runs pnpm in the project's version, whether the machine has it or not; what it runs finds pnpm on its PATH. */
export function runPnpm(pnpmArgs: readonly string[], cwd: string = projectRoot): number {
  const { command, args, env } = pnpmCommand(projectRoot);
  return run(command, [...args, ...pnpmArgs], { cwd, env });
}

function run(
  command: string,
  args: readonly string[],
  options: Readonly<{ cwd: string; env: NodeJS.ProcessEnv }>,
): number {
  const { status, error } = spawnSync(command, args, {
    cwd: options.cwd,
    env: { ...options.env, ...toolEnvironment },
    stdio: 'inherit',
  });
  if (error) process.stderr.write(`${command}: ${error.message}\n`);
  return status ?? 1;
}
