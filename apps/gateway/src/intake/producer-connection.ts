import { redisConnectOptions } from '@cio-fleet/contracts';
import type { ProducerOptions } from '@cio-fleet/producer';
import { createRedis, type RedisSettings } from '@cio-fleet/redis';

/** The settings of Redis in the words of the producer, which takes a URL and options of ioredis. */
export function producerConnection(settings: RedisSettings): Pick<ProducerOptions, 'redisUrl' | 'redis'> {
  const target = redisConnectOptions(settings.address, settings.tls);
  if (target.kind === 'cluster') {
    return { redis: () => createRedis({ settings, purpose: 'worker', connectionName: 'cio-fleet:gateway:producer' }) };
  }
  const { host, port, path, ...rest } = target.options;
  // What the URL says wins in ioredis, so it says no more than where; Sentinels are asked before it is looked at.
  const where = path ?? (host === undefined ? undefined : `redis://${host.includes(':') ? `[${host}]` : host}:${port}`);
  return { ...(where !== undefined && { redisUrl: where }), redis: rest };
}
