import { COLUMNS } from '../store/columns.ts';
import { type ColumnType, quote } from './duckdb.ts';

const NUMBERS: Readonly<Record<string, ColumnType>> = {
  time: 'BIGINT',
  accepted_at: 'BIGINT',
  step: 'INTEGER',
  attempts: 'INTEGER',
  status: 'INTEGER',
  queued_ms: 'INTEGER',
};

export const ROW_COLUMNS = COLUMNS;
export const ROW_TYPES: readonly ColumnType[] = COLUMNS.map((column) => NUMBERS[column] ?? 'VARCHAR');
export const IDENTITY_COLUMNS = ['workspace', 'person', 'alias'] as const;
export const IDENTITY_TYPES: readonly ColumnType[] = ['VARCHAR', 'VARCHAR', 'VARCHAR'];

/**
 * Rows of a person are side by side, those of nobody behind them by session: so each row group's smallest and largest person tell
 * a look-up which of them it needs, and equal texts compress well.
 */
export const ROW_ORDER =
  'person NULLS LAST, session_id NULLS LAST, anonymous_id NULLS LAST, user_id NULLS LAST, "time"';
export const IDENTITY_ORDER = 'person, alias';

/** A look-up reads one or two row groups of a day: some megabytes. Smaller ones compress worse, and there are more to list. */
const ROWS_PER_GROUP = 61_440;

export function createTable(table: string, columns: readonly string[], types: readonly ColumnType[]): string {
  const list = columns.map((column, at) => `"${column}" ${types[at]}`).join(', ');
  return `CREATE OR REPLACE TABLE ${table} (${list})`;
}

/** Writes what a query selects as a Parquet file. */
export function copyToParquet(select: string, order: string, file: string): string {
  return `COPY (${select} ORDER BY ${order}) TO ${quote(file)}
    (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${ROWS_PER_GROUP}, WRITE_BLOOM_FILTER false)`;
}

/** A Parquet file as a table of a query. The folders of its path are no columns: it has them itself. */
export function readParquet(files: readonly string[]): string {
  return `read_parquet([${files.map(quote).join(', ')}], hive_partitioning = false)`;
}
