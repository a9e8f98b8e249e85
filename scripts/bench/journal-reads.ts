import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createJournalStore, type JournalPlace } from '@cio-fleet/journal';
import { machineNowMs } from './clock.ts';
import { fillPlace } from './journal-fill.ts';
import type { LoadReport, SteadyLoad } from './journal-load.ts';
import type { JournalPlan } from './journal-plan.ts';
import { benchLookUps, benchPages } from './journal-questions.ts';
import { belowMs, count, type JournalReport, ms, perSecond } from './journal-report.ts';
import { type JournalStage, openPool, quietLogger, WORKSPACE } from './journal-stage.ts';
import { benchStandby } from './journal-standby.ts';
import { type RoleProcess, startRole } from './role-process.ts';

/** Days that are there, today included. */
const DAYS = 15;
const MOST_DROP_MS = 1_000;
/** Of a day's drop, in ms: the longest time without a batch. Batches come every 200 ms. */
const MOST_GAP_MS = 1_000;

/** Questions to a journal of 15 days while rows come in: to the database itself, then to a standby. */
export async function benchReads(stage: JournalStage, plan: JournalPlan, report: JournalReport): Promise<void> {
  const place = await stage.makePlace('bench_reads');
  const rows = plan.storedRows[stage.driver];
  const filledInMs = await fillPlace(place, { rows, days: DAYS });
  report.figure(
    `${stage.driver}: ${count(rows)} rows over ${DAYS} days, made in`,
    `${ms(filledInMs)}, ${count(perSecond(rows, filledInMs))} rows/s`,
  );
  const bytes = await bytesOf(place);
  report.figure(`${stage.driver}: bytes per row, indexes and sums included`, `${count(bytes / rows)} bytes`);
  const load = await startRole({ entry: new URL('journal-load.ts', import.meta.url) });
  try {
    const redisUrl = stage.redis.url;
    await load.call('start', {
      redisUrl,
      workspace: WORKSPACE,
      place,
      rowsPerSecond: plan.rowsPerSecond,
    } satisfies SteadyLoad);
    if (plan.parts.includes('reads')) {
      await benchLookUps(place, { prefix: stage.driver, seconds: plan.lookUpSeconds, report });
      await benchPages(place, { prefix: stage.driver, redisUrl, requests: plan.pageRequests, report });
    }
    if (plan.parts.includes('standby')) await benchStandby({ stage, place, plan, report });
    if (plan.parts.includes('reads'))
      await benchDrop({ stage, place, load, report, rowsPerSecond: plan.rowsPerSecond });
  } finally {
    await load.stop();
    await stage.clear(place);
  }
}

interface DropOptions {
  readonly stage: JournalStage;
  readonly place: JournalPlace;
  readonly load: RoleProcess;
  readonly rowsPerSecond: number;
  readonly report: JournalReport;
}

/** The oldest day goes, with what the sums have of it; then the load ends, and all of it must be there. */
async function benchDrop({ stage, place, load, report, rowsPerSecond }: DropOptions): Promise<void> {
  const store = createJournalStore(place, quietLogger);
  const from = machineNowMs();
  const { dropped } = await store.maintain({ nowMs: Date.now(), retentionDays: DAYS - 1 });
  const to = machineNowMs();
  await store.stop();
  if (dropped.length !== 1) throw new Error(`expected one day to be dropped, got ${dropped.length}`);
  const { sent, kept, seconds, backlogMs, keptAtMs } = await load.call<LoadReport>('stop');
  const { driver } = stage;
  report.bar(belowMs(`${driver}: dropping a day, its sums included`, MOST_DROP_MS, to - from));
  const usual = longestGapMs(keptAtMs, 0, from);
  const during = longestGapMs(keptAtMs, from, to);
  report.bar(
    belowMs(`${driver}: longest time without a batch meanwhile`, MOST_GAP_MS, during, `, ${ms(usual)} before`),
  );
  report.bar({
    name: `${driver}: rows that came in beside the questions, ${count(rowsPerSecond)}/s`,
    expected: 'all of those sent',
    measured: `${count(kept)} of ${count(sent)} in ${count(seconds)} s; the last ${ms(backlogMs)} after its sending`,
    passed: kept === sent,
  });
}

/** Between two neighbours in `times` of which at least one moment is within the window. */
function longestGapMs(times: readonly number[], from: number, to: number): number {
  let longest = 0;
  for (const [index, at] of times.entries()) {
    const before = times[index - 1];
    if (before !== undefined && at >= from && before <= to) longest = Math.max(longest, at - before);
  }
  return longest;
}

async function bytesOf(place: JournalPlace): Promise<number> {
  if (place.kind === 'sqlite') {
    const { folder } = place;
    return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
  }
  const pool = openPool(place.databaseUrl);
  const { rows } = await pool.query<{ bytes: number }>(
    "SELECT SUM(pg_total_relation_size(oid))::bigint AS bytes FROM pg_class WHERE relname LIKE 'journal%' AND relkind = 'r'",
  );
  await pool.end();
  return rows[0]?.bytes ?? 0;
}
