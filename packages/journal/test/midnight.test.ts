import { newUlid } from '@cio-fleet/contracts';
import { type EmbeddedPostgres, startPostgres, uniqueWorkspace, waitFor } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import {
  createJournalReader,
  createJournalSink,
  createJournalWriter,
  type JournalRow,
  type JournalStore,
} from '../src/index.ts';
import { DAY_MS, dayOf, startOfDay } from '../src/store/days.ts';
import { type Driver, makeRow, postgresDriver, quietLogger, sqliteDriver } from './parts.ts';

const DEADLINE = { timeoutMs: 60_000 };
const ROWS = 4_000;
/** Rows are accepted so long before and after midnight. */
const AROUND_MS = 2_000;

let postgres: EmbeddedPostgres;
beforeAll(async () => {
  postgres = await startPostgres({ config: { fsync: 'off' } });
});
afterAll(() => postgres?.stop());

/** Lives at another time: what the writer asks of the clock comes through here. */
function atAnotherTime(store: JournalStore, now: () => number): JournalStore {
  return { ...store, maintain: (options) => store.maintain({ ...options, nowMs: now() }) };
}

describe.each<Driver>([postgresDriver(() => postgres), sqliteDriver])(
  'midnight under load, in $name',
  ({ makePlace }) => {
    // The one that was, and the one that comes: on both sides of the clock of this machine.
    const today = startOfDay(dayOf(Date.now()));
    it.each([
      ['the last midnight', today],
      ['the next midnight', today + DAY_MS],
    ])('loses no row and keeps none twice over %s', { timeout: 120_000 }, async (_name, midnight) => {
      const redis = new Redis(inject('redisUrl'), { maxRetriesPerRequest: null });
      const workspace = uniqueWorkspace('midnight');
      const place = await makePlace();
      const store = place.store();
      const source = place.source();
      let nowMs = midnight - AROUND_MS;
      const sink = createJournalSink({
        redis,
        workspace,
        logger: quietLogger,
        maxCpuShare: 1,
        flushRows: 50,
        flushMs: 20,
      });
      const writer = createJournalWriter({
        ...{ redis, workspace, logger: quietLogger },
        store: atAnotherTime(store, () => nowMs),
        maintenanceIntervalMs: 20,
      });
      await writer.start();
      onTestFinished(async () => {
        await Promise.all([sink.stop({ timeoutMs: 100 }), writer.stop(), source.close()]);
        redis.disconnect();
      });

      const rows: JournalRow[] = [];
      for (let n = 0; n < ROWS; n += 1) {
        nowMs = midnight - AROUND_MS + (n / ROWS) * 2 * AROUND_MS;
        const acceptedAt = Math.floor(nowMs);
        // Settled up to a second later, so many on the other side of midnight.
        const row = makeRow(workspace, { operationId: newUlid(), acceptedAt, time: acceptedAt + (n % 1_000) });
        rows.push(row);
        sink.record(row);
        if (n % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      await sink.flush();
      // What was under way at midnight comes again, as after a crash.
      await sink.write(rows.filter((_, n) => n % 3 === 0));
      await waitFor(() => {
        const { inserted, repeated } = writer.stats();
        return inserted + repeated >= ROWS + Math.ceil(ROWS / 3);
      }, DEADLINE);

      expect(writer.stats()).toMatchObject({ inserted: ROWS, rejected: 0 });
      const countBetween = async (from: number, to: number) => {
        const text = 'SELECT COUNT(*) AS n FROM journal WHERE accepted_at >= $1 AND accepted_at < $2';
        return (await source.select(text, [from, to])).flat().reduce((sum, { n }) => sum + Number(n), 0);
      };
      expect(await countBetween(midnight - DAY_MS, midnight)).toBe(ROWS / 2);
      expect(await countBetween(midnight, midnight + DAY_MS)).toBe(ROWS / 2);
      const reader = createJournalReader({ source, workspace });
      const sums = await reader.rollups({ window: { from: midnight - DAY_MS, to: midnight + DAY_MS } });
      expect(sums.reduce((sum, { count }) => sum + count, 0)).toBe(ROWS);
    });

    it('has the place of the new day before the day comes', async () => {
      const place = await makePlace();
      const store = place.store();
      await store.start();
      const source = place.source();
      onTestFinished(async () => {
        await source.close();
        await store.stop();
      });
      await store.maintain({ nowMs: Date.now(), retentionDays: 15 });
      expect(await place.days()).toContain(dayOf(Date.now() + DAY_MS));
    });
  },
);
