import { pipeline } from 'node:stream/promises';
import { from as copyFrom } from 'pg-copy-streams';
import { normalizeReason } from '../failure-fingerprint.ts';
import type { StoredRow } from '../row.ts';
import { COLUMNS, uniqueKeyOf } from '../store/columns.ts';
import { JournalUnavailableError, type StoreReport } from '../store/journal-store.ts';
import { type Summary, summarize } from '../store/summarize.ts';
import { copyText } from './copy-text.ts';
import { inTransaction, type PostgresClient, type PostgresPool } from './pool.ts';
import { writeProblemOf } from './postgres-error.ts';
import { writeSummary } from './write-summary.ts';

const COLUMN_LIST = COLUMNS.map((column) => `"${column}"`).join(', ');

/** Leaves out what is known to be there already. */
export type SlimSummary = (summary: Summary) => Summary;

/**
 * Writes rows with the sums of those that are new, in one transaction. The usual batch has no repeats and goes straight into the
 * table at the speed of COPY; one that has goes through a temporary table. A batch with a row that PostgreSQL refuses is halved
 * until that row is alone.
 */
export async function writeRows(
  pool: PostgresPool,
  rows: readonly StoredRow[],
  slim: SlimSummary,
): Promise<StoreReport> {
  // In one order everywhere: two writers with the same rows would wait for each other in a ring.
  const ordered = rows.toSorted(byKey);
  const distinct = ordered.filter((row, index) => index === 0 || byKey(ordered[index - 1] as StoredRow, row) !== 0);
  const repeated = rows.length - distinct.length;
  const report = await writeDistinct(pool, distinct, slim);
  return { ...report, repeated: report.repeated + repeated };
}

/** By what makes a row unique. */
function byKey(a: StoredRow, b: StoredRow): number {
  if (a.operationId !== b.operationId) return a.operationId < b.operationId ? -1 : 1;
  return a.step - b.step || a.acceptedAt - b.acceptedAt;
}

async function writeDistinct(pool: PostgresPool, rows: readonly StoredRow[], slim: SlimSummary): Promise<StoreReport> {
  if (rows.length === 0) return { inserted: 0, repeated: 0, rejected: 0 };
  try {
    return await inTransaction(pool, (client) => insertNew(client, rows, slim));
  } catch (error) {
    const problem = writeProblemOf(error);
    if (problem === 'unavailable') throw new JournalUnavailableError(error);
    if (problem === 'repeat') return writeWithRepeats(pool, rows, slim);
    return writeHalves(pool, rows, slim, error);
  }
}

async function writeWithRepeats(
  pool: PostgresPool,
  rows: readonly StoredRow[],
  slim: SlimSummary,
): Promise<StoreReport> {
  try {
    return await inTransaction(pool, (client) => insertMissing(client, rows, slim));
  } catch (error) {
    if (writeProblemOf(error) === 'unavailable') throw new JournalUnavailableError(error);
    return writeHalves(pool, rows, slim, error);
  }
}

async function writeHalves(
  pool: PostgresPool,
  rows: readonly StoredRow[],
  slim: SlimSummary,
  error: unknown,
): Promise<StoreReport> {
  const [first] = rows;
  if (rows.length === 1 && first !== undefined) {
    await reject(pool, first, error);
    return { inserted: 0, repeated: 0, rejected: 1 };
  }
  const middle = Math.ceil(rows.length / 2);
  const head = await writeDistinct(pool, rows.slice(0, middle), slim);
  const tail = await writeDistinct(pool, rows.slice(middle), slim);
  return {
    inserted: head.inserted + tail.inserted,
    repeated: head.repeated + tail.repeated,
    rejected: head.rejected + tail.rejected,
  };
}

async function insertNew(client: PostgresClient, rows: readonly StoredRow[], slim: SlimSummary): Promise<StoreReport> {
  await copyRows(client, 'journal', rows);
  await writeSummary(client, slim(summarize(rows)));
  return { inserted: rows.length, repeated: 0, rejected: 0 };
}

async function insertMissing(
  client: PostgresClient,
  rows: readonly StoredRow[],
  slim: SlimSummary,
): Promise<StoreReport> {
  await client.query('CREATE TEMP TABLE IF NOT EXISTS journal_staging (LIKE journal) ON COMMIT DELETE ROWS');
  await copyRows(client, 'journal_staging', rows);
  const { rows: kept } = await client.query<{ operation_id: string; step: number; accepted_at: number }>(
    `INSERT INTO journal (${COLUMN_LIST}) SELECT ${COLUMN_LIST} FROM journal_staging
     ORDER BY operation_id, step ON CONFLICT DO NOTHING RETURNING operation_id, step, accepted_at`,
  );
  const keys = new Set(
    kept.map((row) => uniqueKeyOf({ operationId: row.operation_id, step: row.step, acceptedAt: row.accepted_at })),
  );
  await writeSummary(client, slim(summarize(rows.filter((row) => keys.has(uniqueKeyOf(row))))));
  return { inserted: keys.size, repeated: rows.length - keys.size, rejected: 0 };
}

/** Plain COPY. */
export async function copyRows(client: PostgresClient, table: string, rows: readonly StoredRow[]): Promise<void> {
  const stream = client.query(copyFrom(`COPY ${table} (${COLUMN_LIST}) FROM STDIN`));
  await pipeline([copyText(rows)], stream);
}

/** That it was refused and why is kept, without its content: that is what PostgreSQL choked on. */
async function reject(pool: PostgresPool, row: StoredRow, error: unknown): Promise<void> {
  const problem = normalizeReason(error instanceof Error ? error.message : String(error));
  try {
    await pool.query('INSERT INTO journal_rejects VALUES ($1, $2, $3, $4)', [
      Date.now(),
      row.workspace,
      row.operationId,
      problem,
    ]);
  } catch (cause) {
    throw new JournalUnavailableError(cause);
  }
}
