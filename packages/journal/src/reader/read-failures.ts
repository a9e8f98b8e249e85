import { uuidToUlid } from '../row-key.ts';
import { PersonBuckets } from '../store/person-buckets.ts';
import type { JournalSource, SqlRow } from './journal-source.ts';
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
const MAX_SAMPLES = 5;
/** Of 4,000 groups. */
const MAX_LINES = 20_000;

export interface FailuresQuery {
  readonly window: TimeWindow;
  readonly limit?: number;
  /** Only this group. */
  readonly fingerprint?: string;
}

/** Groups of failures, the largest first, to the hour. Reads sums, not rows. */
export async function readFailures(
  source: JournalSource,
  workspace: string,
  { window, limit, fingerprint }: FailuresQuery,
): Promise<readonly FailureGroup[]> {
  const { values, add } = createValues();
  // The newest lines of each group, each with what all of its lines amount to.
  const parts = await source.select(
    `SELECT * FROM (
       SELECT fingerprint, action, status, error_code, reason, sample,
         CAST(SUM(count) OVER whole AS bigint) AS count, MIN(first_at) OVER whole AS first_at, MAX(last_at) OVER whole AS last_at,
         ROW_NUMBER() OVER (PARTITION BY fingerprint ORDER BY hour DESC, sample) AS place
       FROM journal_failures
       WHERE workspace = ${add(workspace)} AND hour >= ${add(window.from - (window.from % HOUR_MS))} AND hour < ${add(window.to)}
         ${fingerprint === undefined ? '' : `AND fingerprint = ${add(fingerprint)}`}
       WINDOW whole AS (PARTITION BY fingerprint)
     ) AS lines WHERE place <= ${MAX_SAMPLES} ORDER BY count DESC, fingerprint, place LIMIT ${MAX_LINES}`,
    values,
  );
  const groups = new Map<string, FailureGroup>();
  for (const row of parts.flat())
    groups.set(String(row.fingerprint), addLine(groups.get(String(row.fingerprint)), row));
  const largest = [...groups.values()]
    .sort((a, b) => b.count - a.count || b.lastAt - a.lastAt)
    .slice(0, limitOf(limit));
  const persons = await countPersons(source, workspace, window, largest);
  return largest.map((group) => ({ ...group, persons: persons.get(group.fingerprint) ?? 0 }));
}

/** The first line of each part counts for all of its part; the others only bring samples. */
function addLine(group: FailureGroup | undefined, row: SqlRow): FailureGroup {
  const isFirst = Number(row.place) === 1;
  return {
    fingerprint: String(row.fingerprint),
    action: String(row.action),
    status: Number(row.status),
    errorCode: String(row.error_code),
    reason: String(row.reason),
    count: (group?.count ?? 0) + (isFirst ? Number(row.count) : 0),
    firstAt: Math.min(group?.firstAt ?? Number.POSITIVE_INFINITY, Number(row.first_at)),
    lastAt: Math.max(group?.lastAt ?? 0, Number(row.last_at)),
    samples: [...new Set([...(group?.samples ?? []), uuidToUlid(String(row.sample))])].slice(0, MAX_SAMPLES),
    persons: 0,
  };
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
    `SELECT fingerprint, CAST(bit_or(buckets) AS text) AS buckets FROM journal_failure_persons
     WHERE workspace = ${add(workspace)} AND day >= ${add(window.from - (window.from % DAY_MS))} AND day < ${add(window.to)}
       AND fingerprint IN ${list(groups.map(({ fingerprint }) => fingerprint))}
     GROUP BY fingerprint`,
    values,
  );
  const joined = new Map(groups.map(({ fingerprint }) => [fingerprint, new PersonBuckets()]));
  for (const { fingerprint, buckets } of parts.flat()) joined.get(String(fingerprint))?.join(String(buckets));
  return new Map([...joined].map(([fingerprint, buckets]) => [fingerprint, buckets.estimate()]));
}
