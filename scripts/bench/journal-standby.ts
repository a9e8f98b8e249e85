import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createJournalSource, type JournalPlace } from '@cio-fleet/journal';
import { startPostgres } from '@cio-fleet/testkit';
import type { JournalPlan } from './journal-plan.ts';
import { benchLookUps, benchPages, environmentOf, timeOf } from './journal-questions.ts';
import { type JournalReport, ms } from './journal-report.ts';
import { databaseOf, type JournalStage, openPool, quietLogger, WORKSPACE } from './journal-stage.ts';
import { percentile } from './statistics.ts';

export interface StandbyOptions {
  readonly stage: JournalStage;
  readonly place: JournalPlace;
  readonly plan: JournalPlan;
  readonly report: JournalReport;
}

const CLI = fileURLToPath(new URL('../../apps/cli/src/main.ts', import.meta.url));
const LAG_LOOK_MS = 200;
const run = promisify(execFile);

/** The same questions to a streaming standby, while the load goes on at the primary. Nothing for SQLite, which has none. */
export async function benchStandby({ stage, place, plan, report }: StandbyOptions): Promise<void> {
  const { postgres } = stage;
  if (postgres === undefined || place.kind !== 'postgres') return;
  let made: Awaited<ReturnType<typeof startPostgres>> | undefined;
  const copiedInMs = await timeOf(async () => {
    made = await startPostgres({ standbyOf: postgres.url, config: { shared_buffers: '512MB' } });
  });
  if (made === undefined) return;
  const standby = made;
  const lag = watchLag({ ...place, readUrl: databaseOf(standby, nameOf(place.databaseUrl)) });
  try {
    report.figure('standby: copied and streaming, by pg_basebackup, in', ms(copiedInMs));
    const prefix = 'standby';
    const split = { ...place, readUrl: databaseOf(standby, nameOf(place.databaseUrl)) };
    await benchLookUps(split, { prefix, seconds: plan.lookUpSeconds, report });
    await benchPages(split, { prefix, redisUrl: stage.redis.url, requests: plan.pageRequests, report });
    report.bar({
      name: 'standby: connections of readers',
      expected: 'all at the standby',
      ...(await countReaders(place.databaseUrl, split.readUrl)),
    });
    report.figure('standby: what `fleet journal doctor` says of its lag', await askDoctor(split, stage.redis.url));
  } finally {
    const lags = await lag.stop();
    report.figure(
      'standby: lag, p50 / p99 / most',
      [0.5, 0.99, 1].map((share) => ms(percentile(lags, share))).join(' / '),
    );
    await standby.stop();
  }
}

/** Looks at the lag all the time, as a reader tells it. */
function watchLag(place: JournalPlace) {
  const source = createJournalSource(place, quietLogger);
  const lags: number[] = [];
  const stopping = new AbortController();
  const watching = (async () => {
    while (!stopping.signal.aborted) {
      lags.push(await source.lagMs());
      await delay(LAG_LOOK_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();
  return {
    async stop(): Promise<readonly number[]> {
      stopping.abort();
      await watching.finally(() => source.close());
      return lags;
    },
  };
}

/** The one that watches the lag is always there. */
async function countReaders(primaryUrl: string, standbyUrl: string) {
  const [atPrimary, atStandby] = await Promise.all(
    [primaryUrl, standbyUrl].map(async (url) => {
      const pool = openPool(url);
      const { rows } = await pool.query<{ n: number }>(
        "SELECT COUNT(*)::int AS n FROM pg_stat_activity WHERE application_name = 'cio-fleet journal reader'",
      );
      await pool.end();
      return rows[0]?.n ?? 0;
    }),
  );
  return {
    measured: `${atStandby} there, ${atPrimary} at the primary`,
    passed: atPrimary === 0 && (atStandby ?? 0) > 0,
  };
}

async function askDoctor(place: JournalPlace, redisUrl: string): Promise<string> {
  const { PATH, HOME } = process.env;
  const { stdout } = await run(
    process.execPath,
    ['--conditions=@cio-fleet/source', CLI, 'journal', 'doctor', '--json', '--workspace', WORKSPACE],
    { env: { PATH, HOME, ...environmentOf(place), REDIS_URL: redisUrl } },
  );
  const { findings } = JSON.parse(stdout) as { findings: readonly Readonly<Record<string, string>>[] };
  const finding = findings.find((each) => Object.values(each).includes('read side'));
  return finding === undefined ? 'nothing' : Object.values(finding).join(' · ');
}

function nameOf(databaseUrl: string): string {
  return new URL(databaseUrl).pathname.slice(1);
}
