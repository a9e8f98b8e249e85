import { uuidToUlid } from '../row-key.ts';
import { estimatePersons } from '../store/summarize.ts';
import type { JournalSource } from './journal-source.ts';
import { createValues, limitOf, type TimeWindow } from './window.ts';

/** Equal failures. */
export interface FailureGroup {
  readonly fingerprint: string;
  readonly action: string;
  /** 0: no answer. */
  readonly status: number;
  readonly errorCode: string;
  /** Without what differs from case to case. */
  readonly reason: string;
  readonly count: number;
  readonly firstAt: number;
  readonly lastAt: number;
  /** Operation ids of the newest, one per hour, at most 5. */
  readonly samples: readonly string[];
  /** About how many persons, of whole days. */
  readonly persons: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** Lines of an hour and a group that are read at most. */
const MAX_LINES = 20_000;
const MAX_SAMPLES = 5;

/** Groups of failures, the largest first, to the hour. Reads sums, not rows. */
export async function readFailures(
  source: JournalSource,
  workspace: string,
  window: TimeWindow,
  limit?: number,
): Promise<readonly FailureGroup[]> {
  const { values, add } = createValues();
  const parts = await source.select(
    `SELECT * FROM journal_failures WHERE workspace = ${add(workspace)} AND hour >= ${add(window.from - (window.from % HOUR_MS))}
     AND hour < ${add(window.to)} ORDER BY hour DESC LIMIT ${MAX_LINES}`,
    values,
  );
  const groups = new Map<string, FailureGroup>();
  for (const row of parts.flat()) {
    const fingerprint = String(row.fingerprint);
    const before = groups.get(fingerprint);
    const sample = uuidToUlid(String(row.sample));
    groups.set(fingerprint, {
      fingerprint,
      action: String(row.action),
      status: Number(row.status),
      errorCode: String(row.error_code),
      reason: String(row.reason),
      count: (before?.count ?? 0) + Number(row.count),
      firstAt: Math.min(before?.firstAt ?? Number.POSITIVE_INFINITY, Number(row.first_at)),
      lastAt: Math.max(before?.lastAt ?? 0, Number(row.last_at)),
      samples: [...new Set([...(before?.samples ?? []), sample])].slice(0, MAX_SAMPLES),
      persons: 0,
    });
  }
  const largest = [...groups.values()]
    .sort((a, b) => b.count - a.count || b.lastAt - a.lastAt)
    .slice(0, limitOf(limit));
  const persons = await countPersons(source, workspace, window, largest);
  return largest.map((group) => ({ ...group, persons: persons.get(group.fingerprint) ?? 0 }));
}

async function countPersons(
  source: JournalSource,
  workspace: string,
  window: TimeWindow,
  groups: readonly FailureGroup[],
): Promise<ReadonlyMap<string, number>> {
  if (groups.length === 0) return new Map();
  const { values, add, list } = createValues();
  const parts = await source.select(
    `SELECT fingerprint, COUNT(DISTINCT bucket) AS buckets FROM journal_failure_persons
     WHERE workspace = ${add(workspace)} AND day >= ${add(window.from - (window.from % DAY_MS))} AND day < ${add(window.to)}
     AND fingerprint IN ${list(groups.map(({ fingerprint }) => fingerprint))} GROUP BY fingerprint`,
    values,
  );
  const persons = new Map<string, number>();
  for (const { fingerprint, buckets } of parts.flat()) {
    // Of several files the largest: the same persons tend to be in each.
    const estimate = Math.max(persons.get(String(fingerprint)) ?? 0, estimatePersons(Number(buckets)));
    persons.set(String(fingerprint), estimate);
  }
  return persons;
}
