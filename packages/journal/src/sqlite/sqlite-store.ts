import { STORED_FIELDS } from '../row.ts';
import { isArchived } from '../store/is-archived.ts';
import { type JournalStore, JournalUnavailableError } from '../store/journal-store.ts';
import { startThread, type ThreadCalls } from './thread-calls.ts';
import type { WriterThreadData } from './writer-thread.ts';

/** Where SQLite keeps the journal. */
export interface SqliteStoreOptions {
  /** Folder of the day files, on a local disk: SQLite's locks don't work over a network. */
  readonly folder: string;
  /** Older days share a file. @defaultValue 15 */
  readonly retentionDays?: number;
}

const defaults = { retentionDays: 15 } satisfies Partial<SqliteStoreOptions>;

/** Keeps the journal in SQLite, a file per day of acceptance, in a thread of its own. */
export function createSqliteStore(options: SqliteStoreOptions): JournalStore {
  const { folder, retentionDays } = { ...defaults, ...options };
  let thread: ThreadCalls | undefined;

  const ask = async <T>(method: string, ...args: readonly unknown[]): Promise<T> => {
    try {
      // A thread that died (out of memory, say) is replaced by the next try.
      thread ??= startThread('writer-thread', { folder, retentionDays } satisfies WriterThreadData);
      return await thread.call<T>(method, ...args);
    } catch (error) {
      if (method !== 'stop') await restart();
      throw new JournalUnavailableError(error);
    }
  };

  /** Closing every file also mends one that was opened while the disk was full. */
  const restart = async () => {
    const broken = thread;
    thread = undefined;
    // Others may be writing: each gets its answer first.
    await broken?.end();
  };

  return {
    start: () => ask('start', Date.now()),
    write: (rows) => ask('write', JSON.stringify(rows.map((row) => STORED_FIELDS.map((field) => row[field])))),
    async maintain({ nowMs, retentionDays: kept, archive }) {
      const expired = await ask<readonly string[]>('expired', nowMs, kept);
      const dropped: string[] = [];
      for (const day of expired) {
        if (!(await isArchived(day, archive))) continue;
        await ask('drop', day);
        dropped.push(day);
      }
      return { dropped };
    },
    forget: (request) => ask('forget', request),
    async stop() {
      const closing = thread;
      thread = undefined;
      await closing?.end();
    },
  };
}
