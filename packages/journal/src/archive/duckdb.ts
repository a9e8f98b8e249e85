import type { DuckDBAppender, DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import type { SqlRow, SqlValue } from '../reader/journal-source.ts';
import { ArchiveError } from './archive-error.ts';

/** A column as DuckDB keeps it. */
export type ColumnType = 'BIGINT' | 'INTEGER' | 'VARCHAR';

/** DuckDB, in a file of a folder that goes with it: what doesn't fit its memory goes there. */
export interface Duck {
  run(text: string): Promise<void>;
  select(text: string, values?: readonly SqlValue[]): Promise<readonly SqlRow[]>;
  /** Rows in chunks, as they are read. */
  stream(text: string): AsyncIterable<readonly SqlRow[]>;
  /** Adds rows to a table; `close` of the appender is when all are in. */
  appendTo(table: string, types: readonly ColumnType[]): Promise<RowAppender>;
  close(): void;
}

export interface RowAppender {
  append(rows: readonly (readonly SqlValue[])[]): void;
  close(): void;
}

export interface DuckOptions {
  /** Its own folder, for its file and what it spills. */
  readonly folder: string;
  readonly memoryMb: number;
}

/** What it loads; only tests give another. */
export type LoadDuckDb = () => Promise<typeof import('@duckdb/node-api')>;

/**
 * One thread, bounded memory, and nothing from the network: extensions are neither loaded nor installed.
 *
 * @throws ArchiveError ARCHIVE_ENGINE_MISSING when the package is not installed, or has no binary for this machine
 * @see https://duckdb.org/docs/stable/configuration/overview
 */
export async function openDuck(
  { folder, memoryMb }: DuckOptions,
  load: LoadDuckDb = () => import('@duckdb/node-api'),
): Promise<Duck> {
  const { DuckDBInstance } = await load().catch((cause: unknown) => {
    const message =
      'expected the package @duckdb/node-api for JOURNAL_ARCHIVE, got none that loads; install optional dependencies, on a system that DuckDB has a binary for';
    throw new ArchiveError('ARCHIVE_ENGINE_MISSING', message, { cause });
  });
  const instance = await DuckDBInstance.create(`${folder}/work.duckdb`, {
    memory_limit: `${memoryMb}MB`,
    threads: '1',
    temp_directory: `${folder}/spill`,
    preserve_insertion_order: 'false',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const connection = await instance.connect();
  return {
    run: async (text) => void (await connection.run(text)),
    async select(text, values = []) {
      const reader = await connection.runAndReadAll(text, toDuckValues(values));
      return reader.getRowObjectsJS().map((row) => toSqlRow(row));
    },
    async *stream(text) {
      const result = await connection.stream(text);
      for await (const rows of result.yieldRowObjectJs()) yield rows.map((row) => toSqlRow(row));
    },
    appendTo: (table, types) => createRowAppender(connection, table, types),
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** A text as SQL has it. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Rows that wait in the appender. */
const FLUSH_ROWS = 20_000;

async function createRowAppender(
  connection: DuckDBConnection,
  table: string,
  types: readonly ColumnType[],
): Promise<RowAppender> {
  const appender = await connection.createAppender(table);
  let waiting = 0;
  return {
    append(rows) {
      for (const row of rows) {
        for (const [at, type] of types.entries()) appendValue(appender, type, row[at] ?? null);
        appender.endRow();
      }
      waiting += rows.length;
      if (waiting < FLUSH_ROWS) return;
      appender.flushSync();
      waiting = 0;
    },
    close: () => appender.closeSync(),
  };
}

function appendValue(appender: DuckDBAppender, type: ColumnType, value: SqlValue): void {
  if (value === null) appender.appendNull();
  else if (type === 'BIGINT') appender.appendBigInt(BigInt(value));
  else if (type === 'INTEGER') appender.appendInteger(Number(value));
  else appender.appendVarchar(String(value));
}

/** Times don't fit DuckDB's default for numbers, 32 bits or a double. */
function toDuckValues(values: readonly SqlValue[]): DuckDBValue[] {
  return values.map((value) => (Number.isInteger(value) ? BigInt(value as number) : value));
}

/** Times and counts are far below 2^53. */
function toSqlRow(row: Readonly<Record<string, unknown>>): SqlRow {
  const entries = Object.entries(row).map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : value]);
  return Object.fromEntries(entries) as SqlRow;
}
