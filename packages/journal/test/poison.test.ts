import { journalQueueName, queuePrefix } from '@cio-fleet/contracts';
import { type EmbeddedPostgres, startPostgres, uniqueWorkspace, waitFor } from '@cio-fleet/testkit';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { createJournalSink, createJournalWriter, type JournalRow } from '../src/index.ts';
import { encodePack } from '../src/queue/pack.ts';
import type { StoredRow } from '../src/row.ts';
import { type Driver, makeRow, makeStored, postgresDriver, quietLogger, sqliteDriver } from './parts.ts';

const DEADLINE = { timeoutMs: 60_000 };
const DEPTH = 20_000;

let postgres: EmbeddedPostgres;
beforeAll(async () => {
  postgres = await startPostgres({ config: { fsync: 'off' } });
});
afterAll(() => postgres?.stop());

const deepText = `${'{"a":'.repeat(DEPTH)}1${'}'.repeat(DEPTH)}`;

/** What callers may hand over, each in every place that takes a text. */
const POISON_TEXTS: readonly string[] = [
  '\0',
  'a\0b',
  '\uD800',
  '\uDFFF\uD800',
  deepText,
  'x'.repeat(1_000_000),
  '\\N',
  '\\',
  "'",
];

const POISON_ROWS: readonly Partial<JournalRow>[] = [
  ...POISON_TEXTS.flatMap((text) => [
    { payload: text },
    { payload: { [text]: [text] } },
    { person: `id:${text}`, sessionId: text, traceId: text, source: text, name: text, aliases: [text] },
    { outcome: 'dead-lettered' as const, errorCode: text, reason: text, operationId: text },
    { outcome: 'note' as const, key: text, value: text, component: text, terminalId: text, userId: text },
  ]),
  { payload: JSON.parse(deepText) as unknown },
  ...[Number.NaN, Number.POSITIVE_INFINITY, -1, 1e300, -8.64e15, 8.65e15, 2 ** 53].flatMap((time) => [
    { time },
    { acceptedAt: time },
    { attempts: time, status: time, queuedMs: time, occurrence: time },
  ]),
];

/** What no sink of ours writes, but anybody who reaches Redis can. */
const FORGED_FIELDS: readonly Partial<Record<keyof StoredRow, unknown>>[] = [
  ...[9e15, 8.65e15, -1, 0.5, '1', null].flatMap((time) => [{ time }, { acceptedAt: time }]),
  { operationId: 'no uuid' },
  { step: 2 ** 40 },
  { attempts: 2 ** 40 },
  { status: {} },
  { reason: 'NUL \0 byte' },
  { payload: '{no json' },
  { payload: deepText },
  { person: `id:${'x'.repeat(100_000)}` },
  { aliases: ['a\0b'] },
  { workspace: null },
];

describe.each<Driver>([postgresDriver(() => postgres), sqliteDriver])(
  'poison costs only itself in $name',
  ({ name, makePlace }) => {
    async function setUp() {
      const redis = new Redis(inject('redisUrl'), { maxRetriesPerRequest: null });
      const workspace = uniqueWorkspace('poison');
      const place = await makePlace();
      const source = place.source();
      const sink = createJournalSink({ redis, workspace, logger: quietLogger, maxCpuShare: 1, payload: 'full' });
      const writer = createJournalWriter({ redis, workspace, store: place.store(), logger: quietLogger });
      await writer.start();
      const queue = new Queue(journalQueueName(workspace), { connection: redis, prefix: queuePrefix(workspace) });
      queue.on('error', () => undefined);
      onTestFinished(async () => {
        await Promise.all([sink.stop({ timeoutMs: 100 }), writer.stop(), source.close(), queue.close()]);
        redis.disconnect();
      });
      const soundRows = async () => {
        const parts = await source.select("SELECT COUNT(*) AS n FROM journal WHERE name = 'Sound'", []);
        return parts.flat().reduce((sum, { n }) => sum + Number(n), 0);
      };
      return { workspace, sink, writer, queue, soundRows };
    }

    it('when callers record it between sound rows: every one of them has its row', { timeout: 120_000 }, async () => {
      const { workspace, sink, writer, soundRows } = await setUp();
      for (const facts of POISON_ROWS) {
        sink.record(makeRow(workspace, facts));
        sink.record(makeRow(workspace, { name: 'Sound' }));
      }
      await sink.flush();
      expect(sink.stats().dropped).toEqual({});
      await waitFor(async () => (await soundRows()) === POISON_ROWS.length, DEADLINE);
      await waitFor(async () => (await writer.queuedBytes()) === 0, DEADLINE);
      const { inserted, repeated, rejected } = writer.stats();
      expect(rejected).toBe(0);
      // `repeated`: some are the same row once they are cleaned.
      expect(inserted + repeated).toBe(2 * POISON_ROWS.length);
    });

    it('when somebody forges it in a pack with sound rows, and holds nothing up', { timeout: 120_000 }, async () => {
      const { workspace, sink, writer, queue, soundRows } = await setUp();
      const sound = () => makeStored(workspace, { name: 'Sound' });
      for (const fields of FORGED_FIELDS) {
        const forged = { ...makeStored(workspace, { name: 'Forged' }), ...fields } as StoredRow;
        await queue.add('pack', await encodePack([sound(), forged, sound()]));
      }
      await waitFor(async () => (await soundRows()) === 2 * FORGED_FIELDS.length, DEADLINE);
      await waitFor(async () => (await queue.getJobCounts('waiting', 'active', 'delayed')).active === 0, DEADLINE);
      // PostgreSQL refuses more than SQLite does.
      expect(writer.stats().rejected).toBeGreaterThanOrEqual(name === 'PostgreSQL' ? FORGED_FIELDS.length - 2 : 10);
      await sink.write([makeRow(workspace, { name: 'Sound' })]);
      await waitFor(async () => (await soundRows()) === 2 * FORGED_FIELDS.length + 1, DEADLINE);
      expect(writer.stats().isAvailable).toBe(true);
    });
  },
);
