import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { StoredRow } from '../row.ts';
import { COLUMN_FIELDS, COLUMNS } from '../store/columns.ts';
import { type Summary, type SummaryRow, summarize } from '../store/summarize.ts';
import { packPayload } from './payload-codec.ts';

/** Writes rows to one day's file. */
export interface RowWriter {
  /** In one transaction with the sums. @returns how many were new */
  write(rows: readonly StoredRow[]): number;
}

const INTO_JOURNAL = `INSERT INTO journal (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map(() => '?').join(', ')}) ON CONFLICT DO NOTHING`;

const INTO_SUMS = {
  rollups: `INSERT INTO journal_rollups VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET count = count + excluded.count, queued_ms_sum = queued_ms_sum + excluded.queued_ms_sum,
      queued_ms_max = max(queued_ms_max, excluded.queued_ms_max)`,
  hours: `INSERT INTO journal_hours VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET count = count + excluded.count, queued_ms_sum = queued_ms_sum + excluded.queued_ms_sum,
      queued_ms_max = max(queued_ms_max, excluded.queued_ms_max)`,
  names: 'INSERT INTO journal_names VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count',
  failures: `INSERT INTO journal_failures VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET count = count + excluded.count, first_at = min(first_at, excluded.first_at),
      sample = CASE WHEN excluded.last_at >= last_at THEN excluded.sample ELSE sample END,
      last_at = max(last_at, excluded.last_at)`,
  failurePersons: `INSERT INTO journal_failure_persons VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET buckets = join_buckets(buckets, excluded.buckets)`,
  identities: `INSERT INTO journal_identities VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET last_day = excluded.last_day WHERE last_day < excluded.last_day`,
} as const satisfies Record<keyof Summary, string>;

export function createRowWriter(database: DatabaseSync): RowWriter {
  const insert = database.prepare(INTO_JOURNAL);
  const sums = Object.entries(INTO_SUMS).map(
    ([name, text]) => [name as keyof Summary, database.prepare(text)] as const satisfies [keyof Summary, StatementSync],
  );
  return {
    write(rows) {
      database.exec('BEGIN IMMEDIATE');
      try {
        const inserted = rows.filter((row) => insert.run(...valuesOf(row)).changes === 1);
        const summary = summarize(inserted);
        for (const [name, statement] of sums) for (const line of summary[name]) statement.run(...(line as SummaryRow));
        database.exec('COMMIT');
        return inserted.length;
      } catch (error) {
        if (database.isTransaction) database.exec('ROLLBACK');
        throw error;
      }
    },
  };
}

function valuesOf(row: StoredRow): (string | number | Uint8Array | null)[] {
  return COLUMN_FIELDS.map((field) => (field === 'payload' ? packPayload(row.payload) : row[field])) as (
    | string
    | number
    | Uint8Array
    | null
  )[];
}
