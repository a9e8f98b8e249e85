import type { Environment } from '@cio-fleet/lifecycle';
import { type RedisSettings, readRedisSettings } from '@cio-fleet/redis';
import { CliError } from './cli-error.ts';
import { EXIT_CODES } from './exit-code.ts';

/**
 * The address and the certificates of the environment.
 *
 * @throws CliError (exit code 2) with a line for every problem
 */
export function redisSettings(redisUrl: string, env: Environment): RedisSettings {
  const result = readRedisSettings(redisUrl, env);
  if (!result.ok) throw new CliError(EXIT_CODES.usage, result.problems.join('\n'));
  return result.settings;
}
