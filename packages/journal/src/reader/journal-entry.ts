import type { StoredRow } from '../row.ts';
import { uuidToUlid } from '../row-key.ts';
import { COLUMN_FIELDS, columnOf } from '../store/columns.ts';
import type { SqlRow } from './journal-source.ts';

/** A row as it is read: absent is null, the operation's id is its ULID again, `payload` is JSON text. */
export type JournalEntry = Omit<StoredRow, 'aliases'>;

/** What a query for entries selects. */
export const ENTRY_COLUMNS = COLUMN_FIELDS.map((field) => `"${columnOf(field)}"`).join(', ');

/** Newest first; the rest only makes the order of equal times certain. */
export const ENTRY_ORDER = 'ORDER BY "time" DESC, operation_id DESC, step DESC';

export function toEntry(row: SqlRow): JournalEntry {
  const entry = Object.fromEntries(COLUMN_FIELDS.map((field) => [field, row[columnOf(field)] ?? null]));
  return { ...entry, operationId: uuidToUlid(String(row.operation_id)) } as unknown as JournalEntry;
}

/** Entries of several queries or parts as one list, newest first, each once. */
export function mergeEntries(parts: readonly (readonly SqlRow[])[], limit: number): readonly JournalEntry[] {
  const distinct = new Map<string, SqlRow>();
  for (const row of parts.flat()) distinct.set(`${row.operation_id} ${row.step} ${row.accepted_at}`, row);
  return [...distinct.values()].sort(byNewest).slice(0, limit).map(toEntry);
}

function byNewest(a: SqlRow, b: SqlRow): number {
  if (a.time !== b.time) return Number(b.time) - Number(a.time);
  if (a.operation_id !== b.operation_id) return String(a.operation_id) < String(b.operation_id) ? 1 : -1;
  return Number(b.step) - Number(a.step);
}
