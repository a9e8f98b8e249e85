import type { JournalOutcome } from '../row.ts';
import type { JournalSource, SqlRow } from './journal-source.ts';
import { createValues, type TimeWindow } from './window.ts';

const DIMENSIONS = { source: 'source', action: 'action', outcome: 'outcome', errorCode: 'error_code' } as const;

/** What sums can be broken down by. */
export type Dimension = keyof typeof DIMENSIONS;

export interface RollupQuery {
  readonly window: TimeWindow;
  /** @defaultValue none: one line per step */
  readonly by?: readonly Dimension[];
  /** Length of a step, in ms; whole minutes. Steps of whole hours are the quickest. @defaultValue one minute */
  readonly stepMs?: number;
  /** Only rows of this outcome. @defaultValue all */
  readonly outcome?: JournalOutcome;
}

/** Rows of one step, and of one value of each dimension asked for. */
export interface Rollup {
  /** When the step begins, in ms. */
  readonly at: number;
  readonly source?: string;
  readonly action?: string;
  readonly outcome?: string;
  readonly errorCode?: string;
  readonly count: number;
  readonly queuedMsSum: number;
  readonly queuedMsMax: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const MAX_LINES = 20_000;

/** Sums per step, oldest first. Reads the sums that the writer keeps, never rows. */
export async function readRollups(
  source: JournalSource,
  workspace: string,
  query: RollupQuery,
): Promise<readonly Rollup[]> {
  const { window, stepMs = MINUTE_MS, outcome } = query;
  const step = Math.max(1, Math.round(Number.isFinite(stepMs) ? stepMs / MINUTE_MS : 1)) * MINUTE_MS;
  // Names come from our own table, so no caller's text gets into the query.
  const by = (query.by ?? []).filter((dimension) => Object.hasOwn(DIMENSIONS, dimension));
  const columns = by.map((dimension) => DIMENSIONS[dimension]);
  const { values, add } = createValues();
  const whose = [`workspace = ${add(workspace)}`, ...(outcome === undefined ? [] : [`outcome = ${add(outcome)}`])];
  const sums = sumsOf(window, step).map(
    ({ table, time, from, to }) =>
      `SELECT ${time} - ${time} % ${step} AS at, ${[...columns, 'count', 'queued_ms_sum', 'queued_ms_max'].join(', ')}
       FROM ${table} WHERE ${whose.join(' AND ')} AND ${time} >= ${add(from)} AND ${time} < ${add(to)}`,
  );
  const parts = await source.select(
    `SELECT ${['at', ...columns].join(', ')}, CAST(SUM(count) AS bigint) AS count,
       CAST(SUM(queued_ms_sum) AS bigint) AS queued_ms_sum, MAX(queued_ms_max) AS queued_ms_max
     FROM (${sums.join(' UNION ALL ')}) AS sums GROUP BY ${['at', ...columns].join(', ')} ORDER BY 1 DESC LIMIT ${MAX_LINES}`,
    values,
  );
  return mergeRollups(parts.flat(), by);
}

interface Sums extends TimeWindow {
  readonly table: 'journal_rollups' | 'journal_hours';
  readonly time: 'minute' | 'hour';
}

/** Where the sums of a window are: whole hours by the hour where the step allows it, what is left at both ends by the minute. */
function sumsOf({ from, to }: TimeWindow, step: number): readonly Sums[] {
  const minutes = { table: 'journal_rollups', time: 'minute' } as const;
  const firstHour = Math.ceil(from / HOUR_MS) * HOUR_MS;
  const lastHour = Math.floor(to / HOUR_MS) * HOUR_MS;
  if (step % HOUR_MS !== 0 || lastHour <= firstHour) return [{ ...minutes, from, to }];
  return [
    { ...minutes, from, to: firstHour },
    { table: 'journal_hours', time: 'hour', from: firstHour, to: lastHour },
    { ...minutes, from: lastHour, to },
  ];
}

function mergeRollups(rows: readonly SqlRow[], by: readonly Dimension[]): readonly Rollup[] {
  const merged = new Map<string, Rollup>();
  for (const row of rows) {
    const dimensions = Object.fromEntries(by.map((dimension) => [dimension, String(row[DIMENSIONS[dimension]])]));
    const key = [row.at, ...Object.values(dimensions)].join('\0');
    const before = merged.get(key);
    merged.set(key, {
      at: Number(row.at),
      ...dimensions,
      count: (before?.count ?? 0) + Number(row.count),
      queuedMsSum: (before?.queuedMsSum ?? 0) + Number(row.queued_ms_sum),
      queuedMsMax: Math.max(before?.queuedMsMax ?? 0, Number(row.queued_ms_max)),
    });
  }
  return [...merged.values()].sort((a, b) => a.at - b.at);
}
