import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  createArchiveReader,
  createJournalSink,
  createJournalSource,
  createJournalStore,
  createJournalWriter,
} from '@cio-fleet/journal';
import { createSimulator } from '@cio-fleet/simulator';
import { startRedis, waitFor } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { expect, it, onTestFinished } from 'vitest';
import { plainWorkspace, startWorker } from './worker-process.ts';

const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
const patience = { timeoutMs: 60_000 };
const workspace = 'default';
const DAY_MS = 86_400_000;

it('archives a day that is over before it drops it, and counts it', { timeout: 180_000 }, async () => {
  const base = mkdtempSync(join(tmpdir(), 'cio-fleet-worker-archive-'));
  const server = await startRedis({ appendFsync: 'no' });
  const simulator = createSimulator();
  const redis = new Redis(server.url, { maxRetriesPerRequest: null });
  const folder = join(base, 'journal');
  const source = createJournalSource({ kind: 'sqlite', folder }, logger);
  const archive = join(base, 'archive');
  const reader = createArchiveReader({ target: { kind: 'folder', folder: archive }, workspace });
  onTestFinished(async () => {
    await Promise.all([reader.close(), source.close(), simulator.stop()]);
    await redis.quit();
    await server.stop();
    rmSync(base, { recursive: true, force: true, maxRetries: 10 });
  });

  // A row of five days ago, when fifteen were kept.
  const time = Date.now() - 5 * DAY_MS;
  const sink = createJournalSink({ redis, workspace, logger });
  const writer = createJournalWriter({
    redis,
    workspace,
    logger,
    store: createJournalStore({ kind: 'sqlite', folder }, logger),
  });
  await writer.start();
  await sink.write([{ time, acceptedAt: time, workspace, outcome: 'delivered', action: 'track', person: 'id:ada' }]);
  await waitFor(() => writer.stats().inserted === 1, patience);
  await sink.stop();
  await writer.stop();

  const worker = await startWorker({
    REDIS_URL: server.url,
    ...plainWorkspace((await simulator.start()).url),
    JOURNAL_DIR: folder,
    JOURNAL_RETENTION_DAYS: '2',
    JOURNAL_ARCHIVE: String(pathToFileURL(archive)),
  });
  const isDropped = async () => (await source.select('SELECT 1 FROM journal', [])).flat().length === 0;
  await waitFor(async () => (await reader.days()).length === 1 && (await isDropped()), patience);
  const { rows } = await reader.timeline({ subject: { person: 'ada' }, window: { from: 0 } });
  expect(rows).toMatchObject([{ person: 'id:ada', outcome: 'delivered' }]);
  const metrics = await (await fetch(`http://127.0.0.1:${worker.ready.port}/metrics`)).text();
  expect(metrics).toContain('cio_fleet_journal_archived_partitions_total{result="archived"} 1');
  expect(metrics).toContain('cio_fleet_journal_archive_waiting_partitions 0');
  expect(await worker.stop()).toBe(0);
});
