import { fileURLToPath } from 'node:url';
import { installDependencies } from './bootstrap-steps/install.mjs';
import { providePostgres } from './bootstrap-steps/postgres.mjs';
import { provideRedis } from './bootstrap-steps/redis.mjs';
import { BootstrapError, say } from './bootstrap-steps/report.mjs';

/**
 * `scripts/bootstrap [--quiet] [--redis | --no-redis] [--postgres]`: dependencies, a Redis unless `REDIS_URL` names one, PostgreSQL for
 * tests. With `--redis` the command that comes after starts a Redis of its own, so it needs one in any case; with `--no-redis` it never
 * does, and says itself what to do without one. Everything that is said goes to stderr: stdout belongs to that command.
 * Exit code 2 with one line when something is missing that can't be had here.
 */
const OLDEST_NODE_MAJOR = 20;
const root = fileURLToPath(new URL('..', import.meta.url));
const given = new Set(process.argv.slice(2));

try {
  if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE_MAJOR) {
    throw new BootstrapError(
      `expected Node >= ${OLDEST_NODE_MAJOR}, got ${process.versions.node}; install a newer one from https://nodejs.org`,
    );
  }
  const hasInstalled = await installDependencies(root);
  const hasFetched = !given.has('--no-redis') && provideRedis(process.env, { isEmbedded: given.has('--redis') });
  if (given.has('--postgres')) providePostgres(process.env);
  if (hasInstalled || hasFetched || !given.has('--quiet')) say('ready');
} catch (error) {
  if (!(error instanceof BootstrapError)) throw error;
  say(error.message);
  process.exitCode = 2;
}
