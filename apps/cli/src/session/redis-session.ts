import { Redis, type RedisOptions } from 'ioredis';
import { CliError } from './cli-error.ts';
import { EXIT_CODES } from './exit-code.ts';
import { redisPlace, redisProblem } from './redis-problem.ts';

const CONNECT_TIMEOUT_MS = 3_000;
const COMMAND_TIMEOUT_MS = 10_000;

/** How a session treats a connection that is lost. */
export interface RedisSessionOptions {
  /** Connects again after a loss; commands meanwhile fail. @defaultValue false: the session is over */
  readonly reconnect?: boolean;
}

/**
 * Connects, runs, disconnects. A person waits in front of it, so nothing is tried for long.
 *
 * @throws CliError (exit code 1, or 4 where Redis refuses the credentials) with one line for what went wrong with Redis
 */
export async function withRedis<T>(
  redisUrl: string,
  run: (redis: Redis) => Promise<T>,
  { reconnect = false }: RedisSessionOptions = {},
): Promise<T> {
  const redis = createClient(redisUrl, reconnect);
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

function createClient(redisUrl: string, reconnect: boolean): Redis {
  const options = {
    lazyConnect: true,
    connectionName: 'cio-fleet:cli',
    connectTimeout: CONNECT_TIMEOUT_MS,
    commandTimeout: COMMAND_TIMEOUT_MS,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    retryStrategy: (attempt: number) => (reconnect ? Math.min(attempt * 200, 1_000) : null),
  } satisfies RedisOptions;
  try {
    return new Redis(redisUrl, options);
  } catch (error) {
    const place = redisPlace(redisUrl);
    throw new CliError(EXIT_CODES.usage, `REDIS_URL: expected redis://host:port, got ${place}; correct it`, {
      cause: error,
    });
  }
}
