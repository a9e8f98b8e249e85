import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  createJournalReader,
  createJournalSink,
  createJournalSource,
  createJournalStore,
  createJournalWriter,
  type JournalPlace,
  type JournalStore,
} from '@cio-fleet/journal';
import { startPostgres, startRedis, waitFor } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { createRowCleaner } from '../../packages/journal/src/intake/clean-row.ts';
import { createPostgresPool, inTransaction } from '../../packages/journal/src/postgres/pool.ts';
import { copyRows } from '../../packages/journal/src/postgres/write-rows.ts';
import type { StoredRow } from '../../packages/journal/src/row.ts';
import { BUSIEST, benchRow, personOf } from './journal-rows.ts';

/**
 * The journal in figures: intake beside plain COPY, look-ups and pages while rows come in, dropping a day, bytes per row.
 *
 * `node --conditions=@cio-fleet/source scripts/bench/journal.ts [--rows N] [--intake N] [--seconds S] [--stores postgres,sqlite]`
 */
const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    intake: { type: 'string', default: '200000' },
    seconds: { type: 'string', default: '20' },
    stores: { type: 'string', default: 'postgres,sqlite' },
  },
});
const ROWS = Number(values.rows);
const INTAKE = Number(values.intake);
const SECONDS = Number(values.seconds);
const BATCH = 1_000;
const DAYS = 15;
const DAY_MS = 86_400_000;
const SIZES = [
  { name: '700 B', payloadCharacters: 538, rows: INTAKE },
  { name: '4.7 KB', payloadCharacters: 4_500, rows: Math.round(INTAKE / 4) },
] as const;

const logger = { info: () => undefined, warn: console.error, error: console.error };
const clean = createRowCleaner({ payload: 'full', redact: [], person: 'plain' });
const folder = mkdtempSync(join(tmpdir(), 'cio-fleet-bench-journal-'));
const redisServer = await startRedis({ dataDir: join(folder, 'redis') });
const redis = new Redis(redisServer.url, { maxRetriesPerRequest: null });

function line(name: string, figure: string): void {
  process.stdout.write(`${name.padEnd(76)} ${figure.padStart(22)}\n`);
}

const perSecond = (rows: number, startedAtMs: number) => (rows / (performance.now() - startedAtMs)) * 1_000;
const rate = (value: number) => `${Math.round(value).toLocaleString('en')} rows/s`;
const ms = (value: number) => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;

function makeBatches(rows: number, payloadCharacters: number, spreadMs?: number): StoredRow[][] {
  const plan = { workspace: 'bench', payloadCharacters, ...(spreadMs === undefined ? {} : { spreadMs }) };
  return Array.from({ length: Math.ceil(rows / BATCH) }, (_, batch) =>
    Array.from({ length: BATCH }, (_row, n) => clean(benchRow(batch * BATCH + n, plan))),
  );
}

/** Writes batches with `parallel` in flight. */
async function writeAll(
  batches: readonly StoredRow[][],
  parallel: number,
  write: (rows: StoredRow[]) => Promise<unknown>,
) {
  let next = 0;
  const startedAtMs = performance.now();
  const lane = async () => {
    for (let batch = batches[next++]; batch !== undefined; batch = batches[next++]) await write(batch);
  };
  await Promise.all(Array.from({ length: parallel }, lane));
  return perSecond(batches.length * BATCH, startedAtMs);
}

async function benchIntake(place: JournalPlace, store: JournalStore, size: (typeof SIZES)[number]): Promise<void> {
  const { name, payloadCharacters, rows } = size;
  let limit: number | undefined;
  if (place.kind === 'postgres') {
    const pool = createPostgresPool({
      databaseUrl: place.databaseUrl,
      connections: 2,
      applicationName: 'bench',
      statementTimeoutMs: 0,
      onError: logger.error,
    });
    const copy = (batch: StoredRow[]) => inTransaction(pool, (client) => copyRows(client, 'journal', batch));
    limit = await writeAll(makeBatches(rows, payloadCharacters), 2, copy);
    await pool.end();
    line(`${place.kind}, ${name}: plain COPY into the same table, by ${BATCH}`, rate(limit));
  }
  const share = (value: number) =>
    `${rate(value)}${limit === undefined ? '' : `, ${Math.round((value / limit) * 100)} %`}`;
  const written = await writeAll(makeBatches(rows, payloadCharacters), 2, (batch) => store.write(batch));
  line(`${place.kind}, ${name}: store, with sums and identities`, share(written));

  const workspace = `intake-${payloadCharacters}-${place.kind}`;
  const sink = createJournalSink({ redis, workspace, logger, payload: 'full', maxCpuShare: 1, maxQueuedBytes: 1e10 });
  const sentAtMs = performance.now();
  for (let from = 0; from < rows; from += BATCH) {
    const batch = Array.from({ length: BATCH }, (_, n) => benchRow(from + n, { workspace, payloadCharacters }));
    await sink.write(batch);
  }
  line(
    `${place.kind}, ${name}: sink, cleaned, packed and durable in Redis, one at a time`,
    rate(perSecond(rows, sentAtMs)),
  );
  const bytes = Number(await redis.hget(`{cio:${workspace}}:journal`, 'bytes'));
  line(`${place.kind}, ${name}: bytes of a row that waits in Redis`, `${Math.round(bytes / rows)} B`);
  const writer = createJournalWriter({ redis, workspace, store, keepsStore: true, logger });
  const drainedAtMs = performance.now();
  await writer.start();
  await waitFor(() => writer.stats().inserted >= rows, { timeoutMs: 600_000 });
  line(`${place.kind}, ${name}: writer, from the queue into the store`, share(perSecond(rows, drainedAtMs)));
  await writer.stop();
}

async function timesOf(repeats: number, ask: () => Promise<unknown>): Promise<readonly number[]> {
  const times: number[] = [];
  for (let n = 0; n < repeats; n += 1) {
    const startedAtMs = performance.now();
    await ask();
    times.push(performance.now() - startedAtMs);
  }
  return times.toSorted((a, b) => a - b);
}

const quantile = (sorted: readonly number[], q: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;

async function benchReading(place: JournalPlace, store: JournalStore): Promise<void> {
  const window = { from: Date.now() - (DAYS + 1) * DAY_MS, to: Date.now() + DAY_MS };
  const reader = createJournalReader({ source: createJournalSource(place, logger), workspace: 'bench' });
  const load = spawn(
    process.execPath,
    [
      '--conditions=@cio-fleet/source',
      fileURLToPath(new URL('journal-load.ts', import.meta.url)),
      JSON.stringify({
        redisUrl: redisServer.url,
        workspace: 'bench',
        place,
        rowsPerSecond: 5_000,
        payloadCharacters: 538,
      }),
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  let story = '';
  load.stdout.on('data', (chunk: Buffer) => {
    story += chunk.toString('utf8');
  });
  const ended = new Promise((resolve) => load.once('exit', resolve));
  await waitFor(() => story.startsWith('ready'), { timeoutMs: 60_000, description: 'rows to come in' });
  const until = performance.now() + SECONDS * 1_000;
  const lookups: number[] = [];
  while (performance.now() < until) {
    lookups.push(
      ...(await timesOf(20, () => reader.timeline({ subject: { person: personOf(Math.random()) }, window }))),
    );
  }
  lookups.sort((a, b) => a - b);
  const prefix = `${place.kind}, while 5,000 rows/s come in:`;
  line(`${prefix} look-up of a person, p50 / p99`, `${ms(quantile(lookups, 0.5))} / ${ms(quantile(lookups, 0.99))}`);
  const asks = {
    'the busiest person': () => reader.timeline({ subject: { person: BUSIEST }, window }),
    'groups of failures of all days': () => reader.failures({ window }),
    'rows per minute of a day, by outcome': () => reader.rollups({ by: ['outcome'] }),
    'report on all sources of a day': () => reader.sources(),
  };
  for (const [name, ask] of Object.entries(asks)) {
    const times = await timesOf(30, ask);
    line(`${prefix} ${name}, p50 / max`, `${ms(quantile(times, 0.5))} / ${ms(quantile(times, 1))}`);
  }
  const startedAtMs = performance.now();
  const { dropped } = await store.maintain({ nowMs: Date.now(), retentionDays: DAYS - 1 });
  line(`${prefix} dropping ${dropped.length} day(s)`, ms(performance.now() - startedAtMs));
  load.stdin.end();
  await ended;
  const report = JSON.parse(story.slice(story.indexOf('{'))) as Record<string, number>;
  const { sent = 0, seconds = 1, inserted = 0, kept = 0, backlogMs = 0, longestWriteMs = 0 } = report;
  line(`${prefix} rows sent / kept in the end`, `${sent.toLocaleString('en')} / ${kept.toLocaleString('en')}`);
  line(`${prefix} backlog when it stopped, written in`, ms(backlogMs));
  line(`${prefix} rate of the intake`, rate(inserted / seconds));
  line(`${prefix} longest write of a batch, the drop included`, ms(longestWriteMs));
  await reader.close();
}

async function benchSize(place: JournalPlace, rows: number): Promise<void> {
  if (place.kind === 'sqlite') {
    const bytes = readdirSync(place.folder).reduce((sum, name) => sum + statSync(join(place.folder, name)).size, 0);
    line('sqlite: bytes per row on disk, all included', `${Math.round(bytes / rows)} B`);
    return;
  }
  const source = createJournalSource(place, logger);
  const parts = await source.select(
    "SELECT SUM(pg_total_relation_size(oid))::bigint AS bytes FROM pg_class WHERE relname LIKE 'journal%' AND relkind = 'r'",
    [],
  );
  line('postgres: bytes per row on disk, all included', `${Math.round(Number(parts[0]?.[0]?.bytes) / rows)} B`);
  await source.close();
}

async function bench(place: JournalPlace): Promise<void> {
  const store = createJournalStore(place, logger);
  await store.start();
  const startedAtMs = performance.now();
  const CHUNK = 100_000;
  for (let from = 0; from < ROWS; from += CHUNK) {
    await writeAll(makeBatches(Math.min(CHUNK, ROWS - from), 538, DAYS * DAY_MS), 2, (batch) => store.write(batch));
  }
  line(
    `${place.kind}: ${ROWS.toLocaleString('en')} rows over ${DAYS} days, generated and written`,
    rate(perSecond(ROWS, startedAtMs)),
  );
  await benchSize(place, ROWS);
  await benchReading(place, store);
  for (const size of SIZES) await benchIntake(place, store, size);
  await store.stop();
}

try {
  if (values.stores.includes('postgres')) {
    const postgres = await startPostgres({ config: { shared_buffers: '512MB', max_wal_size: '4GB' } });
    await bench({ kind: 'postgres', databaseUrl: postgres.url });
    await postgres.stop();
  }
  if (values.stores.includes('sqlite')) await bench({ kind: 'sqlite', folder: join(folder, 'sqlite') });
} finally {
  redis.disconnect();
  await redisServer.stop();
  rmSync(folder, { recursive: true, force: true });
}
