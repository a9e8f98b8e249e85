import { fileURLToPath } from 'node:url';
import { installDependencies } from './bootstrap-steps/install.mjs';
import { providePostgres } from './bootstrap-steps/postgres.mjs';
import { provideRedis } from './bootstrap-steps/redis.mjs';
import { BootstrapError, say } from './bootstrap-steps/report.mjs';

/**
 * `scripts/bootstrap [--quiet] [--postgres]`; `--postgres` is for tests. Everything that is said goes to stderr: stdout belongs to
 * the command that comes after.
 * Exit code 2 with one line when something is missing that can't be had here.
 */
const OLDEST_NODE_MAJOR = 20;
const root = fileURLToPath(new URL('..', import.meta.url));
const isQuiet = process.argv.includes('--quiet');

try {
  if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE_MAJOR) {
    throw new BootstrapError(
      `expected Node >= ${OLDEST_NODE_MAJOR}, got ${process.versions.node}; install a newer one from https://nodejs.org`,
    );
  }
  const hasInstalled = await installDependencies(root);
  const hasFetched = provideRedis(process.env);
  if (process.argv.includes('--postgres')) providePostgres(process.env);
  if (hasInstalled || hasFetched || !isQuiet) say('ready');
} catch (error) {
  if (!(error instanceof BootstrapError)) throw error;
  say(error.message);
  process.exitCode = 2;
}
