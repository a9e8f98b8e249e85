/** What an error of PostgreSQL means for the rows that were being written. */
export type WriteProblem =
  /** A row is there already. */
  | 'repeat'
  /** A row can never be stored. */
  | 'bad-row'
  /** The database can't now; perhaps later. */
  | 'unavailable';

/**
 * By SQLSTATE: 22 is data, 54 a limit (e.g. JSON nested too deep for its stack), 23 a constraint. Everything else, also what nobody
 * has thought of, waits: rows are never lost to a missing table or a full disk.
 *
 * @see https://www.postgresql.org/docs/15/errcodes-appendix.html
 */
export function writeProblemOf(error: unknown): WriteProblem {
  const { code } = (typeof error === 'object' && error !== null ? error : {}) as { code?: unknown };
  if (typeof code !== 'string' || !/^[0-9A-Z]{5}$/.test(code)) return 'unavailable';
  if (code === '23505') return 'repeat';
  if (code.startsWith('22') || code.startsWith('23') || code.startsWith('54')) return 'bad-row';
  return 'unavailable';
}
