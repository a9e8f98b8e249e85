import { expect, it } from 'vitest';
import { producerRedis } from './producer-redis.ts';

it('gives the producer the address as it is', () => {
  const redisUrl = 'redis+sentinel://h1,h2/mymaster';
  expect(producerRedis(redisUrl, {})).toEqual({ redisUrl });
});

it('gives the producer what the environment says about certificates', () => {
  const redisUrl = 'rediss+cluster://h1,h2';
  const env = { REDIS_TLS_SERVERNAME: 'redis.internal' };
  expect(producerRedis(redisUrl, env)).toEqual({ redisUrl, redis: { tls: { servername: 'redis.internal' } } });
});

it('refuses certificates for an address without TLS', () => {
  const env = { REDIS_TLS_SERVERNAME: 'redis.internal' };
  expect(() => producerRedis('redis://h1', env)).toThrow(expect.objectContaining({ exitCode: 2 }));
});
