import type { DatabaseSync } from 'node:sqlite';
import { dayOf } from '../store/days.ts';

/** Each table, by the column that says when. */
const TABLES = [
  ['journal', 'time'],
  ['journal_rollups', 'minute'],
  ['journal_hours', 'hour'],
  ['journal_names', 'hour'],
  ['journal_failures', 'hour'],
  ['journal_failure_persons', 'day'],
  ['journal_identities', 'last_day'],
] as const;

/** Deletes what is older: a day's file goes as a whole, but that of no day stays. Proofs of erasure stay, too. */
export function expireIn(database: DatabaseSync, beforeMs: number): void {
  for (const [table, column] of TABLES) {
    const before = column === 'last_day' ? dayOf(beforeMs) : beforeMs;
    database.prepare(`DELETE FROM ${table} WHERE ${column} < ?`).run(before);
  }
}
