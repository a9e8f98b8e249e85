import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import type { JournalPlace } from '../journal-place.ts';
import { MIGRATION_LOCK } from '../postgres/migrate.ts';
import { makeFolder } from '../sqlite/day-files.ts';

/** Two more than migrations: who holds it writes the archive. */
const ARCHIVE_LOCK = MIGRATION_LOCK + 2;
const RETRY_MS = 100;
const SQLITE_BUSY = 5;

/**
 * Runs `work` while no other process of this journal changes the archive: else a day could be written while its persons are being
 * forgotten in those that are there. A process that dies lets go.
 */
export async function withArchiveLock<T>(place: JournalPlace, work: () => Promise<T>): Promise<T> {
  const release = place.kind === 'sqlite' ? await lockFolder(place.folder) : await lockDatabase(place.databaseUrl);
  try {
    return await work();
  } finally {
    await release();
  }
}

async function lockDatabase(databaseUrl: string): Promise<() => Promise<void>> {
  const client = new Client({
    connectionString: databaseUrl,
    application_name: 'cio-fleet journal archive lock',
    keepAlive: true,
  });
  client.on('error', () => undefined); // the next statement fails and tells
  await client.connect();
  await client.query('SELECT pg_advisory_lock($1)', [ARCHIVE_LOCK]);
  return () => client.end();
}

/** SQLite's own lock on a file beside the days: unlike a file that is there or not, it ends with its process. */
async function lockFolder(folder: string): Promise<() => Promise<void>> {
  makeFolder(folder);
  const database = new DatabaseSync(join(folder, 'archive-lock.db'));
  for (;;) {
    try {
      database.exec('BEGIN EXCLUSIVE');
      return async () => database.close();
    } catch (error) {
      if ((error as { errcode?: unknown }).errcode !== SQLITE_BUSY) {
        database.close();
        throw error;
      }
      await delay(RETRY_MS);
    }
  }
}
