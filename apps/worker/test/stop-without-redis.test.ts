import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createProducer, type Producer } from '@cio-fleet/producer';
import { createSimulator, type Simulator } from '@cio-fleet/simulator';
import { type EmbeddedRedis, freePort, spawnGuarded, startRedis, waitFor } from '@cio-fleet/testkit';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startWorker, WORKER_ENTRY } from './worker-process.ts';

const WORKSPACES = ['shop', 'club', 'mail'];
const STOP_DEADLINE_MS = 6_000;
/** More than a worker waits for Redis before it starts its lanes without. */
const GATE_WAIT_MS = 2_500;

let redis: EmbeddedRedis;
let simulator: Simulator;
let folder: string;
let producers: readonly Producer[];

beforeEach(async () => {
  redis = await startRedis({ appendFsync: 'no' });
  simulator = createSimulator();
  const { url: trackUrl } = await simulator.start();
  folder = mkdtempSync(join(tmpdir(), 'cio-fleet-stop-'));
  const workspaces = WORKSPACES.map((name) => ({ name, siteId: 'demo-site', apiKey: 'demo-key', lanes: 2, trackUrl }));
  writeFileSync(join(folder, 'workspaces.json'), JSON.stringify({ workspaces }));
  producers = WORKSPACES.map((workspace) => createProducer({ redisUrl: redis.url, workspace }));
});
afterEach(async () => {
  await Promise.all(producers.map((cio) => cio.close({ timeoutMs: 500 })));
  await simulator.stop();
  await redis.stop();
  rmSync(folder, { recursive: true });
});

const environment = () => ({
  REDIS_URL: redis.url,
  CIO_FLEET_WORKSPACES: join(folder, 'workspaces.json'),
  CIO_FLEET_STOP_DEADLINE_MS: String(STOP_DEADLINE_MS),
  JOURNAL_DIR: join(folder, 'journal'),
});

it('stops within its deadline and with 0 although Redis is away and several workspaces are under load', async () => {
  const worker = await startWorker(environment());
  const calls = setInterval(() => {
    for (const cio of producers) void cio.track('ada', 'Seen');
  }, 5);
  try {
    await waitFor(() => (simulator.person('ada')?.events.length ?? 0) > 100, { timeoutMs: 20_000 });
    await redis.kill();
    const askedAtMs = performance.now();
    expect(await worker.stop()).toBe(0);
    expect(performance.now() - askedAtMs).toBeLessThan(STOP_DEADLINE_MS);
  } finally {
    clearInterval(calls);
  }
});

it('stops with 0 while it still waits for a Redis that was never there', async () => {
  const port = await freePort();
  await redis.kill();
  const { PATH, HOME } = process.env;
  const worker = await spawnGuarded({
    command: process.execPath,
    args: ['--conditions=@cio-fleet/source', WORKER_ENTRY],
    env: { PATH, HOME, ...environment(), WORKER_PORT: String(port) },
  });
  const isAlive = () => fetch(`http://127.0.0.1:${port}/livez`).then(({ ok }) => ok);
  await waitFor(() => isAlive().catch(() => false), { timeoutMs: 20_000 });
  await delay(GATE_WAIT_MS);
  const askedAtMs = performance.now();
  worker.signal('SIGTERM');
  expect(await worker.exited).toBe(0);
  expect(performance.now() - askedAtMs).toBeLessThan(STOP_DEADLINE_MS);
});
