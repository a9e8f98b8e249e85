import type { Environment } from '@cio-fleet/lifecycle';
import { createRedis } from '@cio-fleet/redis';
import type { Redis } from 'ioredis';
import { redisProblem } from './redis-problem.ts';
import { redisSettings } from './redis-settings.ts';

/** How a session treats a connection that is lost. */
export interface RedisSessionOptions {
  /** Connects again after a loss; commands meanwhile fail. @defaultValue false: the session is over */
  readonly reconnect?: boolean;
  /** Has the certificates for TLS. @defaultValue process.env */
  readonly env?: Environment;
}

/**
 * Connects, runs, disconnects. A person waits in front of it, so nothing is tried for long.
 *
 * @throws CliError (exit code 1, or 4 where Redis refuses the credentials) with one line for what went wrong with Redis
 */
export async function withRedis<T>(
  redisUrl: string,
  run: (redis: Redis) => Promise<T>,
  { reconnect = false, env = process.env }: RedisSessionOptions = {},
): Promise<T> {
  const redis = createClient(redisUrl, reconnect, env);
  let lastError: unknown;
  redis.on('error', (error) => {
    lastError = error;
  });
  try {
    await redis.connect();
    return await run(redis);
  } catch (error) {
    const problem = redisProblem(error, redisUrl);
    // "Connection is closed" says less than what closed it.
    throw problem === undefined ? error : (redisProblem(lastError, redisUrl) ?? problem);
  } finally {
    redis.disconnect();
  }
}

function createClient(redisUrl: string, reconnect: boolean, env: Environment): Redis {
  const settings = redisSettings(redisUrl, env);
  return createRedis({ settings, purpose: 'command', connectionName: 'cio-fleet:cli', reconnect });
}
