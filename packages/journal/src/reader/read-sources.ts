import type { JournalSource } from './journal-source.ts';
import { readRollups } from './read-rollups.ts';
import { createValues, type TimeWindow } from './window.ts';

/** How one service fares. */
export interface SourceReport {
  /** Empty: operations that named no source. */
  readonly source: string;
  /** Rows by outcome. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Rows of failures by error code. */
  readonly errors: Readonly<Record<string, number>>;
  /** From acceptance to delivery, in ms; over what was delivered. */
  readonly averageQueuedMs: number;
  readonly maxQueuedMs: number;
  /** Its most frequent events, at most 10. */
  readonly topNames: readonly { readonly name: string; readonly count: number }[];
  /** Delivered operations per hour, oldest first. */
  readonly trend: readonly { readonly at: number; readonly delivered: number }[];
}

const HOUR_MS = 3_600_000;
const TOP_NAMES = 10;
const MAX_LINES = 20_000;

/** A report for each service, the busiest first. */
export async function readSources(
  source: JournalSource,
  workspace: string,
  window: TimeWindow,
): Promise<readonly SourceReport[]> {
  const [totals, trends, names] = await Promise.all([
    readRollups(source, workspace, { window, by: ['source', 'outcome', 'errorCode'], stepMs: wholeHours(window) }),
    readRollups(source, workspace, { window, by: ['source'], outcome: 'delivered', stepMs: HOUR_MS }),
    readNames(source, workspace, window),
  ]);
  const trendOf = Map.groupBy(trends, (line) => line.source ?? '');
  const bySource = Map.groupBy(totals, (line) => line.source ?? '');
  const total = (outcomes: Readonly<Record<string, number>>) => Object.values(outcomes).reduce((sum, n) => sum + n, 0);
  return [...bySource]
    .map(([name, lines]): SourceReport => {
      const delivered = lines.filter(({ outcome }) => outcome === 'delivered');
      const deliveredCount = sum(delivered.map(({ count }) => count));
      return {
        source: name,
        outcomes: sumBy(lines, ({ outcome, count }) => [outcome ?? '', count]),
        errors: sumBy(
          lines.filter(({ errorCode }) => errorCode !== ''),
          ({ errorCode, count }) => [errorCode ?? '', count],
        ),
        averageQueuedMs:
          deliveredCount === 0 ? 0 : Math.round(sum(delivered.map(({ queuedMsSum }) => queuedMsSum)) / deliveredCount),
        maxQueuedMs: Math.max(0, ...delivered.map(({ queuedMsMax }) => queuedMsMax)),
        topNames: names.get(name) ?? [],
        trend: (trendOf.get(name) ?? []).map(({ at, count }) => ({ at, delivered: count })),
      };
    })
    .sort((a, b) => total(b.outcomes) - total(a.outcomes));
}

/** A step that holds the whole window, or nearly: it may be cut in two. */
function wholeHours({ from, to }: TimeWindow): number {
  return Math.max(1, Math.ceil((to - from) / HOUR_MS)) * HOUR_MS;
}

async function readNames(source: JournalSource, workspace: string, window: TimeWindow) {
  const { values, add } = createValues();
  const parts = await source.select(
    `SELECT source, name, CAST(SUM(count) AS bigint) AS count FROM journal_names
     WHERE workspace = ${add(workspace)} AND hour >= ${add(window.from - (window.from % HOUR_MS))} AND hour < ${add(window.to)}
     GROUP BY source, name ORDER BY 3 DESC LIMIT ${MAX_LINES}`,
    values,
  );
  const bySource = Map.groupBy(parts.flat(), (row) => String(row.source));
  return new Map(
    [...bySource].map(([name, rows]) => {
      const counts = sumBy(rows, (row) => [String(row.name), Number(row.count)]);
      const top = Object.entries(counts).map(([each, count]) => ({ name: each, count }));
      return [name, top.sort((a, b) => b.count - a.count).slice(0, TOP_NAMES)] as const;
    }),
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

/** Without a prototype, since the names are the callers'. */
function sumBy<T>(items: readonly T[], pair: (item: T) => readonly [string, number]): Readonly<Record<string, number>> {
  const sums: Record<string, number> = Object.create(null);
  for (const item of items) {
    const [name, count] = pair(item);
    sums[name] = (sums[name] ?? 0) + count;
  }
  return sums;
}
