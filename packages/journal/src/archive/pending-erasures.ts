import type { DatabaseSync } from 'node:sqlite';
import type { JournalPlace } from '../journal-place.ts';
import { createPostgresPool, inTransaction, type PostgresClient } from '../postgres/pool.ts';
import { openForWriting } from '../sqlite/day-file.ts';
import { fileOf, makeFolder, OTHER_DAY } from '../sqlite/day-files.ts';
import type { Tied } from '../store/follow-ties.ts';
import { personDigest } from '../store/forgotten.ts';
import type { ForgetOptions } from '../store/journal-store.ts';

/** Somebody whom archived days are to forget. */
export interface PendingErasure {
  readonly id: number;
  readonly at: number;
  readonly workspace: string;
  /** As they were asked for. Only from these ties are followed up to whose they are. */
  readonly persons: readonly string[];
  /** What else the journal's ties led to: further identities, sessions, anonymous ids and users. */
  readonly aliases: readonly string[];
  readonly what: ForgetOptions['what'];
  readonly acceptedUntilMs: number;
}

/** Erasures that the journal did and its archive has yet to do. They are kept by the journal's own database: no crash loses one. */
export interface PendingErasures {
  /** Oldest first. */
  list(): Promise<readonly PendingErasure[]>;
  /** It is done; what archived files lost is added to the proof. */
  settle(erasure: PendingErasure, rows: number, nowMs: number): Promise<void>;
  close(): Promise<void>;
}

const SELECT = `SELECT id, at, workspace, persons, aliases, what, accepted_until FROM journal_archive_erasures ORDER BY id LIMIT 10000`;
const COLUMNS = 'at, workspace, persons, aliases, what, accepted_until';

/** For `other`: day files have no use for it. */
const SQLITE_TABLE = `CREATE TABLE IF NOT EXISTS journal_archive_erasures (
  id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, workspace TEXT NOT NULL, persons TEXT NOT NULL, aliases TEXT NOT NULL,
  what TEXT NOT NULL, accepted_until INTEGER NOT NULL)`;

/** Within the transaction that forgets. */
export async function addPendingErasure(client: PostgresClient, options: ForgetOptions, tied: Tied): Promise<void> {
  const text = `INSERT INTO journal_archive_erasures (${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6)`;
  await client.query(text, [...valuesOf(options, tied)]);
}

/** Before the first day forgets. @param database - of `other` */
export function addPendingErasureIn(database: DatabaseSync, options: ForgetOptions, tied: Tied): void {
  database.exec(SQLITE_TABLE);
  database
    .prepare(`INSERT INTO journal_archive_erasures (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)`)
    .run(...valuesOf(options, tied));
}

export function openPendingErasures(place: JournalPlace): PendingErasures {
  return place.kind === 'sqlite' ? openInSqlite(place.folder) : openInPostgres(place.databaseUrl);
}

function openInPostgres(databaseUrl: string): PendingErasures {
  const pool = createPostgresPool({
    databaseUrl,
    connections: 1,
    applicationName: 'cio-fleet journal archive',
    statementTimeoutMs: 60_000,
    onError: () => undefined, // the query under way fails and tells
  });
  return {
    list: async () => (await pool.query<Line>(SELECT)).rows.map(toErasure),
    settle: (erasure, rows, nowMs) =>
      inTransaction(pool, async (client) => {
        await client.query('DELETE FROM journal_archive_erasures WHERE id = $1', [erasure.id]);
        if (rows === 0) return;
        for (const line of proofOf(erasure, rows, nowMs)) {
          await client.query('INSERT INTO journal_forgotten VALUES ($1, $2, $3, $4, $5)', [...line]);
        }
      }),
    close: () => pool.end(),
  };
}

function openInSqlite(folder: string): PendingErasures {
  makeFolder(folder);
  const database = openForWriting(fileOf(folder, OTHER_DAY));
  database.exec(SQLITE_TABLE);
  return {
    list: async () => (database.prepare(SELECT).all() as unknown as Line[]).map(toErasure),
    async settle(erasure, rows, nowMs) {
      database.exec('BEGIN IMMEDIATE');
      try {
        database.prepare('DELETE FROM journal_archive_erasures WHERE id = ?').run(erasure.id);
        const insert = database.prepare('INSERT INTO journal_forgotten VALUES (?, ?, ?, ?, ?)');
        if (rows > 0) for (const line of proofOf(erasure, rows, nowMs)) insert.run(...line);
        database.exec('COMMIT');
        // Else who was forgotten would stay readable in the log.
        database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      } catch (error) {
        if (database.isTransaction) database.exec('ROLLBACK');
        throw error;
      }
    },
    close: async () => database.close(),
  };
}

interface Line {
  readonly id: number;
  readonly at: number;
  readonly workspace: string;
  readonly persons: string;
  readonly aliases: string;
  readonly what: ForgetOptions['what'];
  readonly accepted_until: number;
}

function toErasure({ persons, aliases, accepted_until, ...rest }: Line): PendingErasure {
  return { ...rest, persons: JSON.parse(persons), aliases: JSON.parse(aliases), acceptedUntilMs: accepted_until };
}

function valuesOf({ nowMs, workspace, persons, what, acceptedUntilMs }: ForgetOptions, tied: Tied) {
  const reached = [...tied.persons, ...tied.aliases].filter((key) => !persons.includes(key));
  return [nowMs, workspace, JSON.stringify(persons), JSON.stringify(reached), what, acceptedUntilMs] as const;
}

function proofOf({ workspace, persons, what }: PendingErasure, rows: number, nowMs: number) {
  return persons.map((person) => [nowMs, workspace, personDigest(workspace, person), what, rows] as const);
}
