import { type EmbeddedRedis, freePort, startRedis, waitFor } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRedis } from '../src/create-redis.ts';
import { createRedisGate, type RedisGate, type RedisGateOptions } from '../src/redis-gate.ts';
import { settingsOf } from './support/settings.ts';

let server: EmbeddedRedis;
let gate: RedisGate | undefined;

beforeEach(async () => {
  server = await startRedis();
});
afterEach(async () => {
  await gate?.stop();
  await server.stop();
});

async function configure(...settings: [name: string, value: string][]): Promise<void> {
  const redis = new Redis(server.url);
  for (const [name, value] of settings) await redis.config('SET', name, value);
  redis.disconnect();
}

function openGate(environment: RedisGateOptions['environment'], { port = server.port, mayRefuse = true } = {}) {
  const redis = createRedis({
    settings: settingsOf(`redis://127.0.0.1:${port}`),
    purpose: 'worker',
    connectionName: 'gate',
  });
  redis.on('error', () => undefined);
  const lines: string[] = [];
  const logged: string[] = [];
  const refused: Error[] = [];
  const log = (_facts: object, message: string) => void logged.push(message);
  gate = createRedisGate({
    redis,
    environment,
    mayRefuse,
    logger: { info: log, warn: log, error: log, fatal: log },
    onRefused: (error) => refused.push(error),
    waitMs: 500,
    writeLine: (line) => lines.push(line),
  });
  return { gate, redis, lines, logged, refused };
}

describe('in production', () => {
  it('nothing starts on a Redis that loses operations, and each reason has a line', async () => {
    await configure(['appendonly', 'no'], ['maxmemory-policy', 'allkeys-lru']);
    const { gate: opened, lines } = openGate('production');
    await expect(opened.start()).rejects.toMatchObject({ code: 'REDIS_UNFIT' });
    expect(lines).toEqual([
      expect.stringMatching(/^Redis: persistence: appendonly no; set appendonly yes/),
      expect.stringMatching(/^Redis: eviction policy: allkeys-lru; set maxmemory-policy noeviction/),
    ]);
    expect(opened.refusal()).toBeDefined();
  });

  it('what may not refuse starts all the same, and tells', async () => {
    await configure(['appendonly', 'no']);
    const { gate: opened, logged } = openGate('production', { mayRefuse: false });
    await opened.start();
    expect(opened.refusal()).toBeUndefined();
    expect(logged.join()).toContain('Redis: persistence: appendonly no');
  });

  it('a full Redis refuses nobody, because workers are what empties it', async () => {
    await configure(['maxmemory', '1mb']);
    const { gate: opened, logged } = openGate('production');
    await opened.start();
    expect(opened.refusal()).toBeUndefined();
    expect(logged.join()).toContain('Redis: memory:');
  });

  it('a Redis that comes after the start is checked then', async () => {
    const port = await freePort();
    const { gate: opened, refused } = openGate('production', { port });
    await opened.start();
    expect(opened.refusal()).toBeUndefined();
    const late = await startRedis({ port, config: { 'maxmemory-policy': 'allkeys-lru' } });
    await waitFor(() => refused.length === 1);
    expect(refused[0]).toMatchObject({ code: 'REDIS_UNFIT' });
    await late.stop();
  });
});

describe('elsewhere', () => {
  it('a Redis that loses operations is only told about', async () => {
    await configure(['appendonly', 'no']);
    const { gate: opened, redis, logged, lines } = openGate('staging');
    await opened.start();
    expect(await redis.ping()).toBe('PONG');
    expect(logged.join()).toContain('Redis: persistence: appendonly no');
    expect(lines).toEqual([]);
  });
});
