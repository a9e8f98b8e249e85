import type { DatabaseSync } from 'node:sqlite';
import type { Tie, Tied, TieQuestion } from '../store/follow-ties.ts';
import { personDigest, sortAliases } from '../store/forgotten.ts';
import type { ForgetOptions } from '../store/journal-store.ts';

/** How long the emptying of a log waits for readers, in ms. */
const EMPTYING_TIMEOUT_MS = 200;

/** The ties that one day's file has. */
export function tiesIn(database: DatabaseSync, workspace: string, { column, keys }: TieQuestion): readonly Tie[] {
  const among = `${column} IN (SELECT value FROM json_each(?))`;
  const rows = database
    .prepare(`SELECT person, alias FROM journal_identities WHERE workspace = ? AND ${among}`)
    .all(workspace, JSON.stringify(keys));
  return rows as unknown as readonly Tie[];
}

/** Forgets in one day's file. @param tied - by ties of all days: a session may be tied to its person by a later one */
export function forgetIn(database: DatabaseSync, options: ForgetOptions, { persons, aliases }: Tied): number {
  const { sessions, anonymous, users } = sortAliases(aliases);
  const list = (column: string) => `${column} IN (SELECT value FROM json_each(?))`;
  const whose = `workspace = ? AND accepted_at <= ? AND (${list('person')}
    OR (person IS NULL AND (${list('session_id')} OR ${list('anonymous_id')} OR ${list('user_id')})))`;
  const values = [persons, sessions, anonymous, users].map((texts) => JSON.stringify(texts));
  database.exec('BEGIN IMMEDIATE');
  try {
    const { changes } = database
      .prepare(
        options.what === 'rows'
          ? `DELETE FROM journal WHERE ${whose}`
          : `UPDATE journal SET payload = NULL, value = NULL WHERE ${whose} AND (payload IS NOT NULL OR value IS NOT NULL)`,
      )
      .run(options.workspace, options.acceptedUntilMs, ...values);
    if (options.what === 'rows') {
      const keys = JSON.stringify([...persons, ...options.persons]);
      database
        .prepare(`DELETE FROM journal_identities WHERE workspace = ? AND (${list('person')} OR ${list('alias')})`)
        .run(options.workspace, keys, keys);
    }
    database.exec('COMMIT');
    return Number(changes);
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/**
 * Empties the log, in which what was deleted stays readable.
 *
 * @returns false while somebody reads the file: then it must be tried again
 */
export function emptyLog(database: DatabaseSync): boolean {
  const { timeout } = database.prepare('PRAGMA busy_timeout').get() as { timeout: number };
  // Rows wait meanwhile, and a reader may be at it for seconds.
  database.exec(`PRAGMA busy_timeout = ${EMPTYING_TIMEOUT_MS}`);
  const isEmptied = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()?.busy === 0;
  database.exec(`PRAGMA busy_timeout = ${timeout}`);
  return isEmptied;
}

export function proveIn(database: DatabaseSync, options: ForgetOptions, rows: number): void {
  const insert = database.prepare('INSERT INTO journal_forgotten VALUES (?, ?, ?, ?, ?)');
  for (const person of options.persons) {
    insert.run(options.nowMs, options.workspace, personDigest(options.workspace, person), options.what, rows);
  }
}
