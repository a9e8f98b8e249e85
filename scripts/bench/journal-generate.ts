import type { PostgresPool } from '../../packages/journal/src/postgres/pool.ts';
import { FAILURES, PAYLOAD_CHARACTERS, ROW_FACTS } from './journal-rows.ts';
import { openPool } from './journal-stage.ts';

/** What is generated. */
export interface GeneratePlan {
  readonly databaseUrl: string;
  readonly workspace: string;
  readonly rows: number;
  /** Midnights with which the days begin, in ms; the last day is cut off at `nowMs`. */
  readonly days: readonly number[];
  readonly nowMs: number;
}

const DAY_MS = 86_400_000;
/** Payloads as long as those of `benchRow`, the JSON around the text included. */
const TEXT_CHARACTERS = PAYLOAD_CHARACTERS.small - 70;
/** As many as cores: each day is one INSERT of one backend. */
const PARALLEL = 2;

/**
 * Fills the journal's days by INSERT … SELECT generate_series, in the order of time and with all indexes in place, so that heap and
 * indexes have the size and order that the writer gives them. The sums are then made from the rows by GROUP BY: the same lines as the
 * writer's, but for the buckets of persons, which PostgreSQL's own hash spreads.
 */
export async function generateRows(plan: GeneratePlan): Promise<void> {
  const pool = openPool(plan.databaseUrl, PARALLEL);
  try {
    const days = [...plan.days.entries()];
    const lane = async () => {
      for (let next = days.shift(); next !== undefined; next = days.shift()) await generateDay(pool, plan, ...next);
    };
    await Promise.all(Array.from({ length: PARALLEL }, lane));
    for (const table of TABLES) await pool.query(`VACUUM (ANALYZE) ${table}`);
  } finally {
    await pool.end();
  }
}

const TABLES = [
  'journal',
  'journal_rollups',
  'journal_hours',
  'journal_names',
  'journal_failures',
  'journal_failure_persons',
  'journal_identities',
];

async function generateDay(pool: PostgresPool, plan: GeneratePlan, index: number, from: number): Promise<void> {
  const rows = Math.ceil(plan.rows / plan.days.length);
  const to = Math.min(from + DAY_MS, plan.nowMs);
  const client = await pool.connect();
  try {
    await client.query('SET synchronous_commit = off');
    await client.query(rowsOfDay({ ...plan, rows, firstRow: index * rows, from, to }), [
      FAILURES.map(({ fingerprint }) => fingerprint),
      FAILURES.map(({ reason }) => reason),
    ]);
    for (const text of SUMS) await client.query(text, [from, to]);
  } finally {
    client.release();
  }
}

interface DayPlan {
  readonly workspace: string;
  readonly rows: number;
  readonly firstRow: number;
  readonly from: number;
  readonly to: number;
}

/** The rows of `benchRow`, made by PostgreSQL. All numbers are ours, so they stand in the text. */
function rowsOfDay({ workspace, rows, firstRow, from, to }: DayPlan): string {
  const { sessionRows, rowsPerFailure, persons, sources, names } = ROW_FACTS;
  return `
INSERT INTO journal ("time", accepted_at, workspace, operation_id, step, outcome, person, session_id, trace_id, source, action, name,
  attempts, status, error_code, reason, fingerprint, worker, lane, queued_ms, payload)
SELECT t, t, '${workspace}', (lpad(to_hex(t), 12, '0') || right(md5(n::text), 20))::uuid, CASE WHEN failed THEN 30000000 ELSE 0 END,
  CASE WHEN failed THEN 'dead-lettered' ELSE 'delivered' END,
  'id:' || floor(power((session * 2654435761 % 4294967296) / 4294967296.0::float8, 3) * ${persons})::int,
  'session-' || session, lpad(to_hex(n % 1000000), 32, '0'), 'service-' || n % ${sources}, 'track', 'Event ' || n % ${names},
  1, CASE WHEN failed THEN 400 ELSE 200 END, CASE WHEN failed THEN 'REJECTED' END,
  CASE WHEN failed THEN ($2::text[])[kind] END, CASE WHEN failed THEN ($1::text[])[kind] END, 'worker-1', (n % 8)::text, n % 500,
  ('{"type":"person","action":"event","attributes":{"n":' || n || ',"text":"' || left(repeat(md5(n::text), 17), ${TEXT_CHARACTERS}) || '"}}')::json
FROM (
  SELECT n, ${from} + ((n - ${firstRow}) * ${to - from} / ${rows}) AS t, n / ${sessionRows} AS session,
    n % ${rowsPerFailure} = 0 AS failed, (n / ${rowsPerFailure} % ${FAILURES.length} + 1)::int AS kind
  FROM generate_series(${firstRow}::bigint, ${firstRow + rows - 1}::bigint) AS n
) AS numbers`;
}

const OF_DAY = 'FROM journal WHERE accepted_at >= $1 AND accepted_at < $2';

const SUMS = [
  `INSERT INTO journal_rollups SELECT "time" - "time" % 60000, workspace, source, action, outcome, coalesce(error_code, ''), count(*),
     sum(queued_ms), max(queued_ms) ${OF_DAY} GROUP BY 1, 2, 3, 4, 5, 6`,
  `INSERT INTO journal_hours SELECT minute - minute % 3600000, workspace, source, action, outcome, error_code, sum(count),
     sum(queued_ms_sum), max(queued_ms_max) FROM journal_rollups WHERE minute >= $1 AND minute < $2 GROUP BY 1, 2, 3, 4, 5, 6`,
  `INSERT INTO journal_names SELECT "time" - "time" % 3600000, workspace, source, action, name, count(*) ${OF_DAY} GROUP BY 1, 2, 3, 4, 5`,
  `INSERT INTO journal_failures SELECT "time" - "time" % 3600000, workspace, fingerprint, action, status, error_code, reason, count(*),
     min("time"), max("time"), (array_agg(operation_id))[1] ${OF_DAY} AND fingerprint IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6, 7`,
  `INSERT INTO journal_failure_persons SELECT $1, workspace, fingerprint, bit_or(set_bit(repeat('0', 4096)::bit(4096), hashtext(person) & 4095, 1))
     ${OF_DAY} AND fingerprint IS NOT NULL GROUP BY 2, 3`,
  `INSERT INTO journal_identities SELECT DISTINCT workspace, person, 'session:' || session_id, to_char(to_timestamp($1 / 1000.0) AT TIME ZONE 'UTC', 'YYYY-MM-DD')
     ${OF_DAY} ON CONFLICT DO NOTHING`,
];
