import type { Environment } from '@cio-fleet/lifecycle';
import type { ProducerOptions } from '@cio-fleet/producer';
import { redisSettings } from './redis-settings.ts';

/**
 * How a producer reaches the Redis that the other commands reach, with the certificates of the environment.
 *
 * @throws CliError (exit code 2) with a line for every problem
 */
export function producerRedis(
  redisUrl: string,
  env: Environment = process.env,
): Pick<ProducerOptions, 'redisUrl' | 'redis'> {
  const { tls } = redisSettings(redisUrl, env);
  return Object.keys(tls).length === 0 ? { redisUrl } : { redisUrl, redis: { tls } };
}
