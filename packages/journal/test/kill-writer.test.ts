import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { newUlid } from '@cio-fleet/contracts';
import { runFleetProcess, startPostgres, uniqueWorkspace, waitFor } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { expect, inject, it, onTestFinished } from 'vitest';
import { createJournalReader, createJournalSink, createJournalSource, type JournalPlace } from '../src/index.ts';
import { createPackAccount } from '../src/queue/pack-queue.ts';
import { makeRow, quietLogger } from './parts.ts';

const ROWS = 4_000;
const KILLS = 4;
const entry = fileURLToPath(new URL('fixtures/writer.ts', import.meta.url));

async function surviveKills(place: JournalPlace): Promise<void> {
  const redisUrl = inject('redisUrl');
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: null });
  onTestFinished(() => redis.disconnect());
  const workspace = uniqueWorkspace('journal');
  const sink = createJournalSink({ redis, workspace, logger: quietLogger, flushRows: 20, maxCpuShare: 1 });
  const source = createJournalSource(place, quietLogger);
  onTestFinished(async () => {
    await Promise.all([sink.stop({ timeoutMs: 100 }), source.close()]);
  });
  const countRows = async () => {
    const parts = await source.select('SELECT COUNT(*) AS n FROM journal', []).catch(() => []);
    return parts.flat().reduce((sum, { n }) => sum + Number(n), 0);
  };
  const start = () =>
    runFleetProcess({ entry, args: [JSON.stringify({ redisUrl, workspace, place })], readyTimeoutMs: 60_000 });

  const ids = Array.from({ length: ROWS }, newUlid);
  for (const operationId of ids) sink.record(makeRow(workspace, { operationId, person: 'id:1', sessionId: 's' }));
  await sink.flush();
  for (let kill = 1; kill <= KILLS; kill += 1) {
    const writer = await start();
    const before = await countRows();
    // In the middle of its work: some rows are kept, others are not.
    await waitFor(async () => (await countRows()) > before || before === ROWS, { timeoutMs: 60_000, intervalMs: 1 });
    writer.kill('SIGKILL');
    await writer.stopped;
  }
  const last = await start();
  onTestFinished(async () => {
    last.kill('SIGKILL');
    await last.stopped;
  });
  await waitFor(async () => (await countRows()) === ROWS, { timeoutMs: 90_000, description: 'every row' });
  const account = createPackAccount(redis, workspace);
  await waitFor(async () => (await account.bytes()) === 0, { timeoutMs: 60_000, description: 'an empty queue' });
  expect(await countRows()).toBe(ROWS);
  const rollups = await createJournalReader({ source, workspace }).rollups();
  expect(rollups.reduce((sum, { count }) => sum + count, 0)).toBe(ROWS);
}

it('keeps each row once and counts it once over kill -9 of the writer, with SQLite', { timeout: 240_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cio-fleet-journal-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));
  await surviveKills({ kind: 'sqlite', folder });
});

it('keeps each row once and counts it once over kill -9 of the writer, with PostgreSQL', {
  timeout: 240_000,
}, async () => {
  const postgres = await startPostgres();
  onTestFinished(() => postgres.stop());
  await surviveKills({ kind: 'postgres', databaseUrl: postgres.url });
});
