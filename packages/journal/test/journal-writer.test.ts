import { journalQueueName, newUlid, queuePrefix } from '@cio-fleet/contracts';
import { serviceConformance } from '@cio-fleet/lifecycle/conformance';
import { type EmbeddedPostgres, startPostgres, uniqueWorkspace, waitFor } from '@cio-fleet/testkit';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import {
  createJournalReader,
  createJournalSink,
  createJournalWriter,
  createPostgresSource,
  createPostgresStore,
  type JournalSinkOptions,
  type JournalWriterOptions,
} from '../src/index.ts';
import { type Driver, makeDatabase, makeRow, postgresDriver, quietLogger, sqliteDriver } from './parts.ts';

const DEADLINE = { timeoutMs: 45_000 };
let postgres: EmbeddedPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres?.stop());

function connect() {
  const redis = new Redis(inject('redisUrl'), { maxRetriesPerRequest: null });
  onTestFinished(() => redis.disconnect());
  return redis;
}

serviceConformance('the journal writer', async () => {
  const place = await sqliteDriver.makePlace();
  return createJournalWriter({
    redis: connect(),
    workspace: uniqueWorkspace('journal'),
    store: place.store(),
    logger: quietLogger,
  });
});

describe.each<Driver>([postgresDriver(() => postgres), sqliteDriver])(
  'the journal writer on $name',
  ({ makePlace }) => {
    async function setUp(
      writerOptions: Partial<JournalWriterOptions> = {},
      sinkOptions: Partial<JournalSinkOptions> = {},
    ) {
      const redis = connect();
      const workspace = uniqueWorkspace('journal');
      const place = await makePlace();
      const source = place.source();
      const makeWriter = () =>
        createJournalWriter({ redis, workspace, store: place.store(), logger: quietLogger, ...writerOptions });
      const sink = createJournalSink({ redis, workspace, logger: quietLogger, maxCpuShare: 1, ...sinkOptions });
      const reader = createJournalReader({ source, workspace, person: sinkOptions.person ?? 'plain' });
      const queue = new Queue(journalQueueName(workspace), { connection: redis, prefix: queuePrefix(workspace) });
      queue.on('error', () => undefined);
      onTestFinished(async () => {
        await Promise.all([sink.stop({ timeoutMs: 100 }), source.close(), queue.close()]);
      });
      const countRows = async () => {
        const parts = await source.select('SELECT COUNT(*) AS n FROM journal', []);
        return parts.flat().reduce((sum, { n }) => sum + Number(n), 0);
      };
      const countRollups = async () => (await reader.rollups()).reduce((sum, { count }) => sum + count, 0);
      return { redis, workspace, makeWriter, sink, reader, queue, countRows, countRollups };
    }

    it('keeps every row that was recorded, counts each once, and leaves the queue empty', async () => {
      const { workspace, makeWriter, sink, countRows, countRollups } = await setUp({}, { flushRows: 100, flushMs: 20 });
      const writer = makeWriter();
      await writer.start();
      onTestFinished(() => writer.stop());
      for (let n = 0; n < 2_500; n += 1) sink.record(makeRow(workspace, { person: `id:${n % 50}`, payload: { n } }));
      await waitFor(() => writer.stats().inserted === 2_500, DEADLINE);
      expect(await countRows()).toBe(2_500);
      expect(await countRollups()).toBe(2_500);
      await waitFor(async () => (await writer.queuedBytes()) === 0, DEADLINE);
      expect(writer.stats()).toMatchObject({ repeated: 0, rejected: 0, isAvailable: true });
    });

    it('keeps a pack once that comes again, as after a crash before its acknowledgement', async () => {
      const { workspace, makeWriter, sink, queue, countRows, countRollups } = await setUp();
      await sink.write(Array.from({ length: 10 }, () => makeRow(workspace)));
      const [job] = await queue.getJobs(['waiting']);
      for (let copy = 0; copy < 3; copy += 1) await queue.add('pack', job?.data);
      const writer = makeWriter();
      await writer.start();
      onTestFinished(() => writer.stop());
      await waitFor(() => writer.stats().inserted + writer.stats().repeated === 40, DEADLINE);
      expect(await countRows()).toBe(10);
      expect(await countRollups()).toBe(10);
    });

    it('sets aside what is no pack, and rows that are none, and keeps the rest', async () => {
      const { workspace, makeWriter, sink, queue, countRows } = await setUp();
      for (const data of [null, 7, {}, { v: 1, z: 'no base64 of zstd' }, { v: 1, z: 7 }, { v: 'x' }]) {
        await queue.add('pack', data);
      }
      await queue.add('pack', { v: 99, z: '' }, { attempts: 1_000, backoff: 60_000 });
      await sink.write([makeRow(workspace)]);
      const writer = makeWriter();
      await writer.start();
      onTestFinished(() => writer.stop());
      await waitFor(() => writer.stats().inserted === 1 && writer.stats().unreadable === 6, DEADLINE);
      expect(await countRows()).toBe(1);
      await waitFor(async () => (await queue.getFailedCount()) === 6, DEADLINE);
      expect(await queue.getDelayedCount()).toBe(1);
    });

    it('forgets payloads when a suppress or delete was delivered, also those of rows that come later', async () => {
      const { workspace, makeWriter, sink, reader } = await setUp({ maintenanceIntervalMs: 50 });
      const writer = makeWriter();
      await writer.start();
      onTestFinished(() => writer.stop());
      const at = Date.now();
      const rows = [
        makeRow(workspace, { person: 'id:42', payload: { text: 1 }, acceptedAt: at - 10 }),
        makeRow(workspace, { person: 'id:43', payload: { text: 2 }, acceptedAt: at - 10 }),
      ];
      await sink.write(rows);
      await waitFor(() => writer.stats().inserted === 2, DEADLINE);
      await sink.write([
        makeRow(workspace, { person: 'id:42', action: 'delete', acceptedAt: at, payload: { text: 3 } }),
      ]);
      await waitFor(async () => (await reader.forgotten('42')).length === 1, DEADLINE);
      await sink.write([makeRow(workspace, { person: 'id:42', payload: { text: 4 }, acceptedAt: at - 5 })]);
      await waitFor(() => writer.stats().inserted === 4, DEADLINE);
      const payloadsOf = async (person: string) =>
        (await reader.timeline({ subject: { person } })).rows.flatMap(({ payload }) => payload ?? []);
      await waitFor(async () => (await payloadsOf('42')).length === 0, DEADLINE);
      expect(await payloadsOf('43')).toEqual(['{"text":2}']);
    });

    it('keeps what somebody said after they came back, whoever is erased later', async () => {
      const { workspace, makeWriter, sink, reader } = await setUp({ maintenanceIntervalMs: 50 });
      const writer = makeWriter();
      await writer.start();
      onTestFinished(() => writer.stop());
      const at = Date.now();
      const erase = (person: string, acceptedAt: number) =>
        makeRow(workspace, { person, action: 'delete', acceptedAt });
      await sink.write([
        makeRow(workspace, { person: 'id:back', payload: { text: 'before' }, acceptedAt: at - 70_000 }),
        erase('id:back', at - 60_000),
        makeRow(workspace, { person: 'id:back', payload: { text: 'after' }, acceptedAt: at - 30_000 }),
        makeRow(workspace, { person: 'id:gone', payload: { text: 'gone' }, acceptedAt: at - 1 }),
        erase('id:gone', at),
      ]);
      await waitFor(async () => (await reader.forgotten('gone')).length === 1, DEADLINE);
      // Looked for again and again.
      await sink.write([makeRow(workspace, { person: 'id:gone', payload: { text: 'late' }, acceptedAt: at - 2 })]);
      await waitFor(() => writer.stats().inserted === 6, DEADLINE);
      const payloadsOf = async (person: string) =>
        (await reader.timeline({ subject: { person } })).rows.flatMap(({ payload }) => payload ?? []);
      await waitFor(async () => (await payloadsOf('gone')).length === 0, DEADLINE);
      expect(await payloadsOf('back')).toEqual(['{"text":"after"}']);
    });

    it('finds hashed persons by who they are, and keeps no trace of who they are', async () => {
      const { workspace, makeWriter, sink, reader } = await setUp({}, { person: { hashKey: 'key' }, payload: 'full' });
      const writer = makeWriter();
      await writer.start();
      onTestFinished(() => writer.stop());
      await sink.write([
        makeRow(workspace, {
          person: 'id:ada-lovelace',
          sessionId: 's',
          payload: { identifiers: { id: 'ada-lovelace' } },
        }),
        makeRow(workspace, { sessionId: 's' }),
      ]);
      await waitFor(() => writer.stats().inserted === 2, DEADLINE);
      const { rows } = await reader.timeline({ subject: { person: 'ada-lovelace' } });
      expect(rows).toHaveLength(2);
      expect(JSON.stringify(rows)).not.toContain('ada-lovelace');
    });

    it('hands packs back when it stops, and another writer keeps them', async () => {
      const { workspace, makeWriter, sink, countRows } = await setUp(
        { lockMs: 2_000, stalledCheckMs: 500 },
        { flushRows: 10 },
      );
      const first = makeWriter();
      await first.start();
      for (let n = 0; n < 500; n += 1) sink.record(makeRow(workspace));
      await waitFor(() => first.stats().inserted > 0, DEADLINE);
      await first.stop();
      const second = makeWriter();
      await second.start();
      onTestFinished(() => second.stop());
      await sink.flush();
      await waitFor(async () => (await countRows()) === 500, DEADLINE);
    });
  },
);

describe('the journal writer while PostgreSQL is away', () => {
  it('starts, waits, keeps everything when PostgreSQL is back, and stops in the middle of an outage', async () => {
    const own = await startPostgres();
    onTestFinished(() => own.stop());
    const databaseUrl = await makeDatabase(own.url);
    const redis = connect();
    const workspace = uniqueWorkspace('journal');
    const store = createPostgresStore({ databaseUrl, logger: quietLogger });
    const writer = createJournalWriter({ redis, workspace, store, logger: quietLogger, lockMs: 5_000 });
    const sink = createJournalSink({ redis, workspace, logger: quietLogger, flushRows: 20, flushMs: 20 });
    onTestFinished(() => sink.stop({ timeoutMs: 100 }));

    await own.kill();
    await writer.start();
    onTestFinished(() => writer.stop());
    const ids = Array.from({ length: 600 }, newUlid);
    for (const operationId of ids.slice(0, 200)) sink.record(makeRow(workspace, { operationId }));
    await sink.flush();
    await own.restart();
    await waitFor(() => writer.stats().inserted > 0, DEADLINE);

    // kill -9 in the middle of writing.
    for (const operationId of ids.slice(200, 400)) sink.record(makeRow(workspace, { operationId }));
    await own.kill();
    for (const operationId of ids.slice(400)) sink.record(makeRow(workspace, { operationId }));
    await sink.flush();
    expect(await writer.queuedBytes()).toBeGreaterThan(0);
    await writer.stop();
    await own.restart();
    await writer.start();
    const source = createPostgresSource({ databaseUrl, logger: quietLogger, statementTimeoutMs: 30_000 });
    onTestFinished(() => source.close());
    const count = async (table: string, sum: string) => {
      const [rows] = await source.select(`SELECT CAST(${sum} AS bigint) AS n FROM ${table}`, []);
      return Number(rows?.[0]?.n);
    };
    await waitFor(async () => (await count('journal', 'COUNT(*)')) === 600, DEADLINE);
    expect(await count('journal_rollups', 'SUM(count)')).toBe(600);
    await waitFor(async () => (await writer.queuedBytes()) === 0, DEADLINE);
  });
});
