import { readFileSync } from 'node:fs';
import { type EmbeddedPostgres, startPostgres } from '@cio-fleet/testkit';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  createJournalReader,
  createPostgresSource,
  createPostgresStore,
  type JournalReader,
  type JournalStore,
} from '../src/index.ts';
import { uuidToUlid } from '../src/row-key.ts';
import { DAY_MS } from '../src/store/days.ts';
import { type Driver, makeDatabase, makeStored, postgresDriver, quietLogger, sqliteDriver } from './parts.ts';

let postgres: EmbeddedPostgres;
beforeAll(async () => {
  postgres = await startPostgres({ config: { fsync: 'off' } });
});
afterAll(() => postgres?.stop());

const WS = 'default';
const ALWAYS = { from: 0, to: 10_000_000_000_000 };
const row = (facts: Parameters<typeof makeStored>[1] = {}) => makeStored(WS, facts);

describe.each<Driver>([postgresDriver(() => postgres), sqliteDriver])('the sums in $name', ({ makePlace }) => {
  async function setUp(): Promise<{ store: JournalStore; reader: JournalReader }> {
    const place = await makePlace();
    const store = place.store();
    await store.start();
    const source = place.source();
    onTestFinished(async () => {
      await source.close();
      await store.stop();
    });
    return { store, reader: createJournalReader({ source, workspace: WS }) };
  }

  it('counts the failures of several days as one group, each person once, with the newest of five hours as samples', async () => {
    const { store, reader } = await setUp();
    const now = Date.now();
    const failures = Array.from({ length: 400 }, (_, n) => {
      const time = now - n * 600_000; // over almost three days
      return row({ outcome: 'dead-lettered', errorCode: 'REJECTED', person: `id:${n % 50}`, time, acceptedAt: time });
    });
    for (let from = 0; from < failures.length; from += 20) await store.write(failures.slice(from, from + 20));
    const [group, ...rest] = await reader.failures({ window: { from: now - 5 * DAY_MS } });
    expect(rest).toEqual([]);
    expect(group).toMatchObject({ count: 400, firstAt: failures.at(-1)?.time, lastAt: now });
    expect(group?.persons).toBeGreaterThan(45);
    expect(group?.persons).toBeLessThan(55);
    expect(group?.samples).toHaveLength(5);
    expect(group?.samples[0]).toBe(uuidToUlid(failures[0]?.operationId ?? ''));
  });

  it('sums the same by hours as by minutes, whatever the window', async () => {
    const { store, reader } = await setUp();
    const to = Date.now() - 60_000;
    const spreadMs = 3 * DAY_MS;
    await store.write(
      Array.from({ length: 500 }, (_, n) => {
        const time = to - Math.floor((n * spreadMs) / 500);
        return row({ time, acceptedAt: time, source: `service-${n % 3}`, queuedMs: n });
      }),
    );
    for (const fromMs of [spreadMs, spreadMs - 1_234_567, 7_200_000, 3_600_000, 1_800_000]) {
      const window = { from: to - fromMs, to: to - 120_000 };
      const [hours, minutes] = await Promise.all(
        [3_600_000, 60_000].map(async (stepMs) => {
          const sums = new Map<string, number[]>();
          for (const { at, source, count, queuedMsSum, queuedMsMax } of await reader.rollups({
            window,
            stepMs,
            by: ['source'],
          })) {
            const key = `${at - (at % 3_600_000)} ${source}`;
            const [n = 0, sum = 0, max = 0] = sums.get(key) ?? [];
            sums.set(key, [n + count, sum + queuedMsSum, Math.max(max, queuedMsMax)]);
          }
          return Object.fromEntries(sums);
        }),
      );
      expect(hours).toEqual(minutes);
    }
  });
});

it('brings the sums of an older schema up to date', async () => {
  const databaseUrl = await makeDatabase(postgres.url);
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  onTestFinished(() => client.end());
  await client.query(readFileSync(new URL('../src/postgres/migrations/0001-journal.sql', import.meta.url), 'utf8'));
  await client.query('CREATE TABLE journal_migrations (name text PRIMARY KEY, applied_at bigint NOT NULL)');
  await client.query("INSERT INTO journal_migrations VALUES ('0001-journal.sql', 0)");
  const hour = Math.floor(Date.now() / 3_600_000) * 3_600_000;
  const day = hour - (hour % DAY_MS);
  await client.query(
    `INSERT INTO journal_rollups VALUES (${hour - 120_000}, 'default', 's', 'track', 'delivered', '', 2, 30, 20),
      (${hour - 60_000}, 'default', 's', 'track', 'delivered', '', 3, 10, 5)`,
  );
  await client.query(
    `INSERT INTO journal_failures VALUES (${hour}, 'default', 'f', 'track', 400, 'X', 'r', 7, ${hour}, ${hour}, gen_random_uuid())`,
  );
  await client.query(
    `INSERT INTO journal_failure_persons VALUES (${day}, 'default', 'f', 0), (${day}, 'default', 'f', 4095), (${day - DAY_MS}, 'default', 'f', 0)`,
  );
  const store = createPostgresStore({ databaseUrl, logger: quietLogger });
  await store.start();
  onTestFinished(() => store.stop());
  const { rows } = await client.query('SELECT count, queued_ms_sum, queued_ms_max FROM journal_hours');
  expect(rows).toEqual([{ count: '5', queued_ms_sum: '40', queued_ms_max: '20' }]);
  const source = createPostgresSource({ databaseUrl, logger: quietLogger });
  onTestFinished(() => source.close());
  const reader = createJournalReader({ source, workspace: WS });
  expect(await reader.failures({ window: ALWAYS })).toMatchObject([{ count: 7, persons: 2 }]);
});
