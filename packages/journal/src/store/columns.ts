import { STORED_FIELDS, type StoredRow } from '../row.ts';

type Field = (typeof STORED_FIELDS)[number];

/** Fields of the table `journal`: all but the aliases, which are in a table of their own. */
export const COLUMN_FIELDS: readonly Field[] = STORED_FIELDS.filter((field) => field !== 'aliases');

/** Its columns, in the same order. */
export const COLUMNS: readonly string[] = COLUMN_FIELDS.map(columnOf);

/** `acceptedAt` -> `accepted_at` */
export function columnOf(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** What makes a row unique. */
export function uniqueKeyOf(row: Pick<StoredRow, 'operationId' | 'step' | 'acceptedAt'>): string {
  return `${row.operationId} ${row.step} ${row.acceptedAt}`;
}
