import type { StoredRow } from '../row.ts';
import { COLUMN_FIELDS } from '../store/columns.ts';

const SPECIAL = /[\\\t\n\r]/;

/** Rows in the text format of COPY. @see https://www.postgresql.org/docs/15/sql-copy.html */
export function copyText(rows: readonly StoredRow[]): Buffer {
  let text = '';
  for (const row of rows) {
    let line = '';
    for (const field of COLUMN_FIELDS) {
      const value = row[field];
      if (line !== '' || field !== COLUMN_FIELDS[0]) line += '\t';
      if (value === null) line += '\\N';
      else line += typeof value === 'number' ? value : escapeText(value as string);
    }
    text += `${line}\n`;
  }
  return Buffer.from(text);
}

function escapeText(text: string): string {
  if (!SPECIAL.test(text)) return text;
  return text.replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
}
