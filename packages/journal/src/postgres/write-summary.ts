import type { Summary, SummaryRow } from '../store/summarize.ts';
import type { PostgresClient } from './pool.ts';

const INTO_ROLLUPS = `
INSERT INTO journal_rollups AS kept
SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[], $9::bigint[])
ON CONFLICT (minute, workspace, source, action, outcome, error_code) DO UPDATE SET
  count = kept.count + excluded.count,
  queued_ms_sum = kept.queued_ms_sum + excluded.queued_ms_sum,
  queued_ms_max = greatest(kept.queued_ms_max, excluded.queued_ms_max)`;

const INTO_HOURS = `
INSERT INTO journal_hours AS kept
SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[], $9::bigint[])
ON CONFLICT (hour, workspace, source, action, outcome, error_code) DO UPDATE SET
  count = kept.count + excluded.count,
  queued_ms_sum = kept.queued_ms_sum + excluded.queued_ms_sum,
  queued_ms_max = greatest(kept.queued_ms_max, excluded.queued_ms_max)`;

const INTO_NAMES = `
INSERT INTO journal_names AS kept
SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[])
ON CONFLICT (hour, workspace, source, action, name) DO UPDATE SET count = kept.count + excluded.count`;

const INTO_FAILURES = `
INSERT INTO journal_failures AS kept
SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::integer[], $6::text[], $7::text[], $8::bigint[], $9::bigint[], $10::bigint[], $11::uuid[])
ON CONFLICT (hour, workspace, fingerprint, action, status, error_code, reason) DO UPDATE SET
  count = kept.count + excluded.count,
  first_at = least(kept.first_at, excluded.first_at),
  last_at = greatest(kept.last_at, excluded.last_at),
  sample = CASE WHEN excluded.last_at >= kept.last_at THEN excluded.sample ELSE kept.sample END`;

const INTO_FAILURE_PERSONS = `
INSERT INTO journal_failure_persons AS kept
SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bit(4096)[])
ON CONFLICT (day, workspace, fingerprint) DO UPDATE SET buckets = kept.buckets | excluded.buckets
  WHERE kept.buckets | excluded.buckets <> kept.buckets`;

const INTO_IDENTITIES = `
INSERT INTO journal_identities AS kept
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
ON CONFLICT (workspace, person, alias) DO UPDATE SET last_day = excluded.last_day WHERE kept.last_day < excluded.last_day`;

/**
 * Adds sums within the transaction that inserted their rows, always in this order and sorted by key, so that writers wait for
 * each other in one direction only.
 */
export async function writeSummary(client: PostgresClient, summary: Summary): Promise<void> {
  await add(client, INTO_IDENTITIES, summary.identities);
  await add(client, INTO_FAILURE_PERSONS, summary.failurePersons);
  await add(client, INTO_FAILURES, summary.failures);
  await add(client, INTO_NAMES, summary.names);
  await add(client, INTO_HOURS, summary.hours);
  await add(client, INTO_ROLLUPS, summary.rollups);
}

async function add(client: PostgresClient, text: string, lines: readonly SummaryRow[]): Promise<void> {
  const [first] = lines;
  if (first === undefined) return;
  const columns = first.map((_, index) => lines.map((line) => line[index]));
  await client.query(text, columns);
}
