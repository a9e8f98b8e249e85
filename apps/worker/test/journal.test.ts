import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createJournalReader, createJournalSource, type JournalReader } from '@cio-fleet/journal';
import { readLatestOutcomes } from '@cio-fleet/lanes';
import { createProducer, type Producer } from '@cio-fleet/producer';
import { createSimulator, type Simulator } from '@cio-fleet/simulator';
import { type EmbeddedRedis, startRedis, waitFor } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { plainWorkspace, startWorker } from './worker-process.ts';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const patience = { timeoutMs: 60_000 };

let redis: EmbeddedRedis;
let simulator: Simulator;
let trackUrl: string;
let cio: Producer;
let folder: string;
let reader: JournalReader;

beforeEach(async () => {
  redis = await startRedis({ appendFsync: 'no' });
  simulator = createSimulator();
  trackUrl = (await simulator.start()).url;
  cio = createProducer({ redisUrl: redis.url, source: 'shop' });
  folder = mkdtempSync(join(tmpdir(), 'cio-fleet-journal-'));
  const source = createJournalSource({ kind: 'sqlite', folder }, quiet);
  reader = createJournalReader({ source, workspace: 'default' });
});
afterEach(async () => {
  await cio.close({ timeoutMs: 500 });
  await reader.close();
  await simulator.stop();
  await redis.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});

const start = (env: Record<string, string> = {}) =>
  startWorker({ REDIS_URL: redis.url, ...plainWorkspace(trackUrl), JOURNAL_DIR: folder, ...env });

/** The outcomes of a person, oldest first, once there are so many. */
async function outcomesOf(person: string, count: number) {
  const rows = await waitFor(async () => {
    const page = await reader.timeline({ subject: { person } });
    return page.rows.length >= count && page.rows;
  }, patience);
  return rows.toReversed();
}

it('tells each step of an operation, with attempts, status and reason', { timeout: 120_000 }, async () => {
  const worker = await start();
  simulator.setFaults({ status: 503 });
  await cio.track('ada', 'Order Placed', { total: 12, password: 'secret' });
  await outcomesOf('ada', 1);
  simulator.clearFaults();
  const rows = await waitFor(async () => {
    const found = await outcomesOf('ada', 2);
    return found.some(({ outcome }) => outcome === 'delivered') && found;
  }, patience);
  expect(rows[0]).toMatchObject({
    outcome: 'failed',
    attempts: 1,
    status: 503,
    errorCode: 'SERVER_ERROR',
    source: 'shop',
    action: 'track',
    name: 'Order Placed',
    person: 'id:ada',
  });
  expect(rows.at(-1)).toMatchObject({ outcome: 'delivered', worker: worker.ready.worker });
  expect(rows.at(-1)?.payload).toContain('[redacted]');

  simulator.setFaults({ rejectName: 'Poison' });
  await cio.track('bob', 'Poison');
  expect((await outcomesOf('bob', 1))[0]).toMatchObject({ outcome: 'dead-lettered', errorCode: 'REJECTED' });
  expect(await worker.stop()).toBe(0);
});

it('shows outcomes live, without payload, unless it is told not to', { timeout: 120_000 }, async () => {
  const client = new Redis(redis.url);
  const worker = await start();
  await cio.identify('ada', { plan: 'pro-secret' });
  const seen = await waitFor(async () => {
    const outcomes = await readLatestOutcomes(client, 'default', 10);
    return outcomes.length > 0 && outcomes;
  }, patience);
  expect(seen).toMatchObject([{ outcome: 'delivered', person: 'id:ada', action: 'identify' }]);
  expect(JSON.stringify(seen)).not.toContain('pro-secret');
  await worker.stop();

  await client.del('{cio:default}:outcomes');
  const silent = await start({ CIO_FLEET_LIVE_OUTCOMES: 'off' });
  await cio.identify('bob', { plan: 'free' });
  await outcomesOf('bob', 1);
  await silent.stop();
  expect(await readLatestOutcomes(client, 'default', 10)).toEqual([]);
  client.disconnect();
});

it('leaves rows to the writer role of another process, and counts what that one writes', {
  timeout: 120_000,
}, async () => {
  const deliverer = await start({ CIO_FLEET_ROLES: 'deliver' });
  await cio.identify('ada', { plan: 'pro' });
  await waitFor(() => simulator.person('ada'), patience);
  expect((await reader.timeline({ subject: { person: 'ada' } })).rows).toEqual([]);
  const writer = await start({ CIO_FLEET_ROLES: 'journal' });
  await outcomesOf('ada', 1);
  const metrics = async (port: number) => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  await waitFor(async () =>
    (await metrics(writer.port)).includes('cio_fleet_journal_written_rows_total{workspace="default"} 1'),
  );
  expect((await fetch(`http://127.0.0.1:${writer.port}/readyz`)).status).toBe(200);
  // It sends nothing, so it has no circuit to tell of.
  expect((await fetch(`http://127.0.0.1:${writer.port}/health/customerio`)).status).toBe(404);
  await Promise.all([deliverer.stop(), writer.stop()]);
});

it('forgets the payloads of a person whose delete was delivered', { timeout: 120_000 }, async () => {
  const worker = await start({ JOURNAL_PAYLOAD: 'full' });
  await cio.identify('ada', { plan: 'pro-secret' });
  expect((await outcomesOf('ada', 1))[0]?.payload).toContain('pro-secret');
  await cio.delete('ada');
  await waitFor(async () => {
    const rows = await outcomesOf('ada', 2);
    return rows.every(({ payload }) => payload === null);
  }, patience);
  await waitFor(async () => (await reader.forgotten('ada')).length > 0, patience);
  await worker.stop();
});

it('asks for a journal when it is to write one', async () => {
  const failing = startWorker({ REDIS_URL: redis.url, ...plainWorkspace(trackUrl), CIO_FLEET_ROLES: 'journal' });
  await expect(failing).rejects.toThrow(/CIO_FLEET_ROLES: expected a journal/);
});
