import { createJournalStore, createJournalWriter } from '@cio-fleet/journal';
import { waitFor } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import type { QueueLoad } from './journal-load.ts';
import type { JournalPlan } from './journal-plan.ts';
import { count, type JournalReport, ms, perSecond } from './journal-report.ts';
import { type JournalStage, quietLogger } from './journal-stage.ts';
import { startRole } from './role-process.ts';

/** Of a day with 15 million rows. */
const ROWS_PER_SECOND = 15_000_000 / 86_400;
const LEAST_FACTOR = 20;

/** An hour of a day of 15 million rows goes through the queue and the writer: sender and writer are processes of their own. */
export async function benchReplay(stage: JournalStage, plan: JournalPlan, report: JournalReport): Promise<void> {
  const rows = plan.replayRows;
  const realMs = (rows / ROWS_PER_SECOND) * 1_000;
  const workspace = 'replay';
  const place = await stage.makePlace('bench_replay');
  const redis = new Redis(stage.redis.url, { maxRetriesPerRequest: null });
  const store = createJournalStore(place, quietLogger);
  const writer = createJournalWriter({ redis, workspace, store, logger: quietLogger });
  const sender = await startRole({ entry: new URL('journal-load.ts', import.meta.url) });
  try {
    await writer.start();
    await waitFor(() => writer.stats().isAvailable, { description: 'the store to be ready' });
    const startedAtMs = performance.now();
    const load: QueueLoad = { redisUrl: stage.redis.url, workspace, rows, spreadMs: realMs };
    await sender.call('queue', load);
    await waitFor(() => writer.stats().inserted >= rows, { timeoutMs: 600_000, description: 'the rows to be kept' });
    const tookMs = performance.now() - startedAtMs;
    report.bar({
      name: `${stage.driver}: ${count(rows)} rows, ${count(realMs / 60_000)} minutes of a day of 15 million, replayed`,
      expected: `>= ${LEAST_FACTOR} x real time`,
      measured: `${ms(tookMs)}, ${count(perSecond(rows, tookMs))} rows/s, ${count(realMs / tookMs)} x real time`,
      passed: realMs / tookMs >= LEAST_FACTOR,
    });
  } finally {
    await sender.stop();
    await writer.stop();
    redis.disconnect();
    await stage.clear(place);
  }
}
