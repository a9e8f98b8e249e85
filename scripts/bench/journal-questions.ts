import { fileURLToPath } from 'node:url';
import { createJournalReader, createJournalSource, type JournalPlace } from '@cio-fleet/journal';
import { runFleetProcess } from '@cio-fleet/testkit';
import { uuidToUlid } from '../../packages/journal/src/row-key.ts';
import { belowMs, type JournalReport, ms } from './journal-report.ts';
import { BUSIEST, FAILURES, personOf } from './journal-rows.ts';
import { quietLogger, WORKSPACE } from './journal-stage.ts';
import { percentile } from './statistics.ts';

const DAY_MS = 86_400_000;
const DAYS = 15;
const MOST_LOOK_UP_MS = 100;
const MOST_PAGE_MS = 200;
const DASHBOARD = fileURLToPath(new URL('../../apps/dashboard/src/main.ts', import.meta.url));

/** Random persons one after the other, over all days: the first page of their timelines. */
export async function benchLookUps(
  place: JournalPlace,
  { prefix, seconds, report }: { readonly prefix: string; readonly seconds: number; readonly report: JournalReport },
): Promise<void> {
  const reader = createJournalReader({ source: createJournalSource(place, quietLogger), workspace: WORKSPACE });
  const times: number[] = [];
  try {
    const ask = () => {
      const person = personOf(Math.random());
      return reader.timeline({ subject: { person }, window: { from: Date.now() - DAYS * DAY_MS } });
    };
    await ask(); // connects
    const untilMs = performance.now() + seconds * 1_000;
    while (performance.now() < untilMs) times.push(await timeOf(ask));
  } finally {
    await reader.close();
  }
  const more = `, p50 ${ms(percentile(times, 0.5))}, of ${times.length}`;
  report.bar(belowMs(`${prefix}: look-up of a person, p99`, MOST_LOOK_UP_MS, percentile(times, 0.99), more));
}

/** Pages of the dashboard, in a process of its own, as a browser asks for them. */
export async function benchPages(
  place: JournalPlace,
  options: {
    readonly prefix: string;
    readonly redisUrl: string;
    readonly requests: number;
    readonly report: JournalReport;
  },
): Promise<void> {
  const { prefix, redisUrl, requests, report } = options;
  const pages = await pagesToAsk(place);
  const dashboard = await runFleetProcess({
    entry: DASHBOARD,
    env: { ...environmentOf(place), REDIS_URL: redisUrl, DASHBOARD_PORT: '0', LOG_LEVEL: 'warn' },
  });
  try {
    for (const [name, path] of pages) {
      const ask = async () => {
        const response = await fetch(`http://127.0.0.1:${dashboard.port}${path}`, { headers: { accept: 'text/html' } });
        const text = await response.text();
        if (!response.ok || text.includes('journal does not answer')) {
          throw new Error(`expected the page ${path}, got ${response.status}: ${dashboard.stdout.at(-1)}`);
        }
      };
      await ask(); // compiles
      const times: number[] = [];
      for (let request = 0; request < requests; request += 1) times.push(await timeOf(ask));
      const more = `, p50 ${ms(percentile(times, 0.5))}`;
      report.bar(belowMs(`${prefix}: page ${name}, p95`, MOST_PAGE_MS, percentile(times, 0.95), more));
    }
  } finally {
    await dashboard.stop();
  }
}

/** What an app is told about a place. */
export function environmentOf(place: JournalPlace): Readonly<Record<string, string>> {
  if (place.kind === 'sqlite') return { JOURNAL_DIR: place.folder };
  return {
    DATABASE_URL: place.databaseUrl,
    ...(place.readUrl === undefined ? {} : { JOURNAL_READ_URL: place.readUrl }),
  };
}

export async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const startedAtMs = performance.now();
  await work();
  return performance.now() - startedAtMs;
}

/** One look at the journal first, for an operation and a session that it has. */
async function pagesToAsk(place: JournalPlace): Promise<readonly (readonly [name: string, path: string])[]> {
  const source = createJournalSource(place, quietLogger);
  try {
    const parts = await source.select(
      'SELECT operation_id, session_id FROM journal WHERE session_id IS NOT NULL LIMIT 1',
      [],
    );
    const [row] = parts.flat();
    const all = DAYS * 24;
    return [
      ['overview', '/'],
      ['person', `/person?q=${encodeURIComponent(personOf(0.5))}`],
      ['person, the busiest', `/person?q=${encodeURIComponent(BUSIEST)}`],
      ['person, by session', `/person?by=session&q=${row?.session_id}`],
      ['person, by operation', `/person?by=operation&q=${uuidToUlid(String(row?.operation_id))}`],
      ['errors of a day', '/errors'],
      ['errors of 15 days', `/errors?hours=${all}`],
      ['one group of errors', `/errors?group=${FAILURES[0]?.fingerprint}`],
      ['redrive of a group', `/redrive?group=${FAILURES[0]?.fingerprint}`],
      ['sources of a day', '/sources'],
      ['sources of 15 days', `/sources?hours=${all}`],
    ];
  } finally {
    await source.close();
  }
}
