import { existsSync } from 'node:fs';
import type { JournalPlace } from '../journal-place.ts';
import { tableOf } from '../postgres/partitions.ts';
import { createPostgresPool } from '../postgres/pool.ts';
import type { SqlRow, SqlValue } from '../reader/journal-source.ts';
import { openForReading } from '../sqlite/day-file.ts';
import { fileOf } from '../sqlite/day-files.ts';
import { unpackPayload } from '../sqlite/payload-codec.ts';
import { COLUMNS } from '../store/columns.ts';

/** By which a day is known to be the same as before, read from an index alone. */
export interface DayExtent {
  readonly rows: number;
  /** First and last operation, as UUIDs. */
  readonly first: string;
  readonly last: string;
  /** Of the times of acceptance within their days, in ms. */
  readonly sum: number;
}

const EXTENT = (id: string) =>
  `SELECT COUNT(*) AS rows, MIN(${id}) AS first, MAX(${id}) AS last, COALESCE(SUM(accepted_at % 86400000), 0) AS sum FROM`;

/** The rows of one day as a store has them, in chunks: a day doesn't fit memory. */
export interface DayRows {
  /** Undefined when the store has no such day. */
  extent(): Promise<DayExtent | undefined>;
  /** In the order of {@link COLUMNS}. */
  rows(): AsyncIterable<readonly (readonly SqlValue[])[]>;
  /** Workspace, person, alias: those that go with the day. */
  identities(): AsyncIterable<readonly (readonly SqlValue[])[]>;
  close(): Promise<void>;
}

const CHUNK_ROWS = 5_000;
const COLUMN_LIST = COLUMNS.map((column) => `"${column}"`).join(', ');

export function openDayRows(place: JournalPlace, day: string): DayRows {
  return place.kind === 'sqlite' ? openSqliteDay(place.folder, day) : openPostgresDay(place.databaseUrl, day);
}

/** From the primary: a standby may be behind. */
function openPostgresDay(databaseUrl: string, day: string): DayRows {
  const pool = createPostgresPool({
    databaseUrl,
    connections: 1,
    applicationName: 'cio-fleet journal archive',
    statementTimeoutMs: 0,
    isReadOnly: true,
    onError: () => undefined, // the query under way fails and tells
  });
  const table = tableOf(day);

  async function* chunks(query: string, key: (row: SqlRow) => SqlValue[], first: readonly SqlValue[]) {
    let after = first;
    for (;;) {
      const { rows } = await pool.query<SqlRow>(`${query} LIMIT ${CHUNK_ROWS}`, [...after]);
      if (rows.length > 0) yield rows;
      const last = rows.at(-1);
      if (last === undefined || rows.length < CHUNK_ROWS) return;
      after = key(last);
    }
  }

  return {
    async extent() {
      const { rows: tables } = await pool.query('SELECT to_regclass($1) AS name', [table]);
      if (tables[0]?.name == null) return undefined;
      const { rows } = await pool.query<DayExtent>(`${EXTENT('operation_id::text')} ${table}`);
      return toExtent(rows[0]);
    },
    async *rows() {
      const query = `SELECT ${COLUMN_LIST} FROM ${table} WHERE (operation_id, step, accepted_at) > ($1, $2, $3)
        ORDER BY operation_id, step, accepted_at`;
      const first = ['00000000-0000-0000-0000-000000000000', -1, 0];
      const key = (row: SqlRow) => [row.operation_id, row.step, row.accepted_at] as SqlValue[];
      for await (const rows of chunks(query, key, first)) yield rows.map((row) => valuesOf(row, COLUMNS));
    },
    // The table of identities is dropped by the last day that it saw them.
    async *identities() {
      const query = `SELECT workspace, person, alias FROM journal_identities
        WHERE last_day <= $4 AND (workspace, person, alias) > ($1, $2, $3) ORDER BY workspace, person, alias`;
      const key = (row: SqlRow) => [...valuesOf(row, ['workspace', 'person', 'alias']), day];
      for await (const rows of chunks(query, key, ['', '', '', day])) {
        yield rows.map((row) => valuesOf(row, ['workspace', 'person', 'alias']));
      }
    },
    close: () => pool.end(),
  };
}

function openSqliteDay(folder: string, day: string): DayRows {
  const file = fileOf(folder, day);
  const database = existsSync(file) ? openForReading(file) : undefined;

  function* chunks(columns: string, table: string, order: readonly string[]) {
    const keys = order.join(', ');
    const marks = order.map(() => '?').join(', ');
    const select = `SELECT ${keys}, ${columns} FROM ${table}`;
    let rows = database?.prepare(`${select} ORDER BY ${keys} LIMIT ${CHUNK_ROWS}`).all() ?? [];
    const next = database?.prepare(`${select} WHERE (${keys}) > (${marks}) ORDER BY ${keys} LIMIT ${CHUNK_ROWS}`);
    while (rows.length > 0) {
      yield rows as unknown as readonly SqlRow[];
      const last = rows.at(-1) as Record<string, SqlValue>;
      rows = next?.all(...order.map((key) => last[key] ?? null)) ?? [];
    }
  }

  return {
    async extent() {
      const found = database?.prepare(`${EXTENT('operation_id')} journal`).get();
      return found === undefined ? undefined : toExtent(found as unknown as DayExtent);
    },
    async *rows() {
      for (const rows of chunks(COLUMN_LIST, 'journal', ['rowid'])) {
        yield rows.map((row) => valuesOf({ ...row, payload: unpackPayload(row.payload) as SqlValue }, COLUMNS));
      }
    },
    async *identities() {
      const keys = ['workspace', 'person', 'alias'];
      for (const rows of chunks('last_day', 'journal_identities', keys)) {
        yield rows.map((row) => valuesOf(row, keys));
      }
    },
    close: async () => database?.close(),
  };
}

/** PostgreSQL has sums as text. */
function toExtent(found: DayExtent | undefined): DayExtent {
  const { rows = 0, sum = 0, first, last } = found ?? {};
  return { rows: Number(rows), sum: Number(sum), first: first ?? '', last: last ?? '' };
}

function valuesOf(row: SqlRow, columns: readonly string[]): SqlValue[] {
  return columns.map((column) => row[column] ?? null);
}
