import { DatabaseSync } from 'node:sqlite';
import { joinBuckets } from '../store/person-buckets.ts';
import { SCHEMA, SCHEMA_VERSION, UPGRADE_FROM_1 } from './schema.ts';

/** How long one process waits for another that writes the same file, in ms. */
const BUSY_TIMEOUT_MS = 10_000;
const PAGE_BYTES = 8_192;

/**
 * Opens a day's file for writing, and makes it if need be. WAL, so that readers and the writer don't wait for each other; synced
 * on every commit, because a pack is acknowledged after it; what is deleted is overwritten.
 */
export function openForWriting(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    database.exec(`PRAGMA page_size = ${PAGE_BYTES}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;
      PRAGMA cache_size = -65536;`);
    database.function('join_buckets', (a, b) => joinBuckets(String(a), String(b)));
    if (!isReady(database)) createSchema(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Opens a day's file for reading, beside whoever writes it. Knows PostgreSQL's `bit_or`, which the reader asks for. */
export function openForReading(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
  database.aggregate('bit_or', {
    start: '',
    step: (joined, buckets) => joinBuckets(String(joined), String(buckets)),
  });
  return database;
}

/** Whether a file can be read: its writer may have made it just now, or be about to bring it up to date. */
export function isReady(database: DatabaseSync): boolean {
  return versionOf(database) === SCHEMA_VERSION;
}

function versionOf(database: DatabaseSync): number {
  const row = database.prepare('PRAGMA user_version').get() as { user_version: number };
  if (row.user_version > SCHEMA_VERSION) {
    throw new Error(
      `expected a journal file of version ${SCHEMA_VERSION} or older, got ${row.user_version}; update this process`,
    );
  }
  return row.user_version;
}

/** In one transaction, and looked at again inside of it: two processes may open a new day at the same moment. */
function createSchema(database: DatabaseSync): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    const version = versionOf(database);
    if (version < SCHEMA_VERSION) database.exec(version === 0 ? SCHEMA : UPGRADE_FROM_1);
    database.exec('COMMIT');
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}
