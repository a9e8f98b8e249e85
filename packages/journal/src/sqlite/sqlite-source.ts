import type { JournalSource, SqlRow } from '../reader/journal-source.ts';
import { unpackPayload } from './payload-codec.ts';
import type { ReaderThreadData } from './reader-thread.ts';
import { startThread, type ThreadCalls } from './thread-calls.ts';

export interface SqliteSourceOptions {
  /** Folder of the day files; another process may write them. */
  readonly folder: string;
  /** Beyond it a query is given up, in ms. @defaultValue 2_000 */
  readonly timeoutMs?: number;
}

const defaults = { timeoutMs: 2_000 } satisfies Partial<SqliteSourceOptions>;

/** Reads the journal's day files, read-only, in a thread of its own: SQLite answers in its caller's turn. */
export function createSqliteSource(options: SqliteSourceOptions): JournalSource {
  const { folder, timeoutMs } = { ...defaults, ...options };
  let thread: ThreadCalls | undefined;
  return {
    async select(text, values) {
      thread ??= startThread('reader-thread', { folder } satisfies ReaderThreadData);
      const asked = thread;
      const { promise: overdue, reject } = Promise.withResolvers<never>();
      const timer = setTimeout(() => {
        // SQLite can't be interrupted from outside: the thread ends with its query, and the next one gets a new thread.
        if (thread === asked) thread = undefined;
        void asked.abandon();
        reject(new Error(`expected an answer of the journal within ${timeoutMs} ms; ask for a shorter time window`));
      }, timeoutMs);
      try {
        const days = await Promise.race([asked.call<readonly (readonly SqlRow[])[]>('select', text, values), overdue]);
        // Not in the thread, which may be abandoned.
        return days.map((rows) => rows.map(withPayload));
      } finally {
        clearTimeout(timer);
      }
    },
    lagMs: async () => 0,
    async close() {
      const closing = thread;
      thread = undefined;
      await closing?.end();
    },
  };
}

function withPayload(row: SqlRow): SqlRow {
  return 'payload' in row ? ({ ...row, payload: unpackPayload(row.payload) } as SqlRow) : row;
}
