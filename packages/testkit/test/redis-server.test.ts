import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { expect, inject, it, onTestFinished } from 'vitest';
import { type RedisOptions, startRedis } from '../src/index.ts';

async function startOwnRedis(options: RedisOptions = {}) {
  const redis = await startRedis(options);
  onTestFinished(() => redis.stop());
  return redis;
}

async function connect(url: string) {
  const client = new Redis(url, { retryStrategy: () => 20, maxRetriesPerRequest: null });
  client.on('error', () => undefined); // connections break on purpose here
  onTestFinished(() => client.disconnect());
  return client;
}

it('provides one shared Redis to the whole test run', async () => {
  const client = await connect(inject('redisUrl'));
  await expect(client.ping()).resolves.toBe('PONG');
});

it('runs Redis with an append-only file synced on every write, no eviction and no snapshots', async () => {
  const client = await connect((await startOwnRedis()).url);
  const directive = async (name: string) => ((await client.config('GET', name)) as string[])[1];
  expect(await directive('appendonly')).toBe('yes');
  expect(await directive('appendfsync')).toBe('always');
  expect(await directive('maxmemory-policy')).toBe('noeviction');
  expect(await directive('save')).toBe('');
  expect(await directive('bind')).toBe('127.0.0.1');
});

it('takes a memory bound, beyond which Redis refuses writes', async () => {
  const client = await connect((await startOwnRedis({ maxMemoryBytes: 3_000_000 })).url);
  const fill = async () => {
    for (let index = 0; index < 100; index += 1) await client.set(`k${index}`, 'x'.repeat(100_000));
  };
  await expect(fill()).rejects.toThrow('OOM');
});

it('keeps port and data over a kill and a restart', async () => {
  const redis = await startOwnRedis();
  const client = await connect(redis.url);
  await client.set('kept', 'yes');
  const firstPid = redis.pid;
  await redis.kill();
  await redis.restart();
  expect(redis.pid).not.toBe(firstPid);
  await expect(client.get('kept')).resolves.toBe('yes');
});

it('removes its temporary folder on stop, and keeps a folder that was given', async () => {
  const given = await mkdtemp(join(tmpdir(), 'testkit-'));
  onTestFinished(() => rm(given, { recursive: true }));
  const temporary = await startRedis();
  const kept = await startRedis({ dataDir: given });
  await Promise.all([temporary.stop(), kept.stop()]);
  expect(existsSync(temporary.dataDir)).toBe(false);
  expect(existsSync(given)).toBe(true);
});

it('stops twice, and after a kill, without complaint', async () => {
  const redis = await startRedis();
  await redis.kill();
  await redis.stop();
  await redis.stop();
});

it('says why when Redis does not start', async () => {
  await expect(startRedis({ config: { 'no-such-directive': 'x' } })).rejects.toThrow('no-such-directive');
});
