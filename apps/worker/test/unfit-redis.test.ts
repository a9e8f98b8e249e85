import { spawnSync } from 'node:child_process';
import { startRedis } from '@cio-fleet/testkit';
import { expect, it } from 'vitest';
import { plainWorkspace } from './worker-process.ts';

const ENTRY = new URL('../src/main.ts', import.meta.url).pathname;
const NOWHERE = 'http://127.0.0.1:9';

function run(env: Readonly<Record<string, string>>) {
  return spawnSync(process.execPath, ['--conditions=@cio-fleet/source', ENTRY], {
    env: { PATH: process.env.PATH, WORKER_PORT: '0', ...plainWorkspace(NOWHERE), ...env },
    encoding: 'utf8',
    timeout: 20_000,
  });
}

it('exits with 2 in production on a Redis that evicts, with a line that says what to set', async () => {
  const redis = await startRedis({ config: { 'maxmemory-policy': 'allkeys-lru' } });
  const { status, stderr } = run({ REDIS_URL: redis.url, CIO_FLEET_ENV: 'production' });
  await redis.stop();
  expect(stderr).toContain('Redis: eviction policy: allkeys-lru; set maxmemory-policy noeviction');
  expect(status).toBe(2);
});

it('exits with 2 for an address that is none, without a word of its password', () => {
  const { status, stdout, stderr } = run({ REDIS_URL: 'redis://worker:hunter2#@host' });
  expect(stderr).toContain('REDIS_URL: expected # as %23 within a password');
  expect(stdout + stderr).not.toContain('hunter2');
  expect(status).toBe(2);
});
