import type { JournalLogger } from '../intake/journal-sink-options.ts';
import { type JournalStore, JournalUnavailableError } from '../store/journal-store.ts';
import { createKnownIdentities } from '../store/known-identities.ts';
import { countDeletedTies, forget } from './forget.ts';
import { MIGRATION_LOCK, migrate } from './migrate.ts';
import { createDays, dropDays } from './partitions.ts';
import { createPostgresPool, type PostgresPool } from './pool.ts';
import { writeRows } from './write-rows.ts';

/** Where and how PostgreSQL keeps the journal. */
export interface PostgresStoreOptions {
  /** `postgres://user:password@host:5432/database`; PostgreSQL >= 15. */
  readonly databaseUrl: string;
  /** Connections for writing. @defaultValue 2: one encodes while the other waits for the disk */
  readonly connections?: number;
  /** Beyond it a statement is cancelled, and the rows wait, in ms. @defaultValue 60_000 */
  readonly statementTimeoutMs?: number;
  /** Days for which partitions are made at start. @defaultValue 15 */
  readonly retentionDays?: number;
  readonly logger: JournalLogger;
}

const defaults = {
  connections: 2,
  statementTimeoutMs: 60_000,
  retentionDays: 15,
} satisfies Partial<PostgresStoreOptions>;

/** One more than migrations: who holds it maintains. */
const MAINTENANCE_LOCK = MIGRATION_LOCK + 1;

/** Keeps the journal in PostgreSQL: native partitions by day of acceptance, written by COPY. */
export function createPostgresStore(options: PostgresStoreOptions): JournalStore {
  const settings = { ...defaults, ...options };
  const { databaseUrl, connections, statementTimeoutMs, retentionDays, logger } = settings;
  let pool: PostgresPool | undefined;
  const known = createKnownIdentities();

  const open = (): PostgresPool => {
    pool ??= createPostgresPool({
      databaseUrl,
      connections: connections + 1,
      applicationName: 'cio-fleet journal writer',
      statementTimeoutMs,
      onError: (error) => logger.warn({ err: error }, "a connection to the journal's database broke"),
    });
    return pool;
  };

  const orUnavailable = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw error instanceof JournalUnavailableError ? error : new JournalUnavailableError(error);
    }
  };

  return {
    start: () =>
      orUnavailable(async () => {
        await migrate(open());
        await createDays(open(), Date.now(), retentionDays);
      }),
    async write(rows) {
      const confirmations: (() => void)[] = [];
      const report = await orUnavailable(() =>
        writeRows(open(), rows, (summary) => {
          const { slimmed, confirm } = known.slim(summary);
          confirmations.push(confirm);
          return slimmed;
        }),
      );
      for (const confirm of confirmations) confirm();
      return report;
    },
    maintain: (maintenance) =>
      orUnavailable(async () => {
        // Others forget, too: `fleet forget`, or another writer. Who comes back is tied anew.
        known.clearAfter(await countDeletedTies(open()));
        const client = await open().connect();
        try {
          const { rows } = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1) AS locked', [
            MAINTENANCE_LOCK,
          ]);
          if (rows[0]?.locked !== true) return { dropped: [] };
          try {
            await createDays(open(), maintenance.nowMs, maintenance.retentionDays);
            return { dropped: await dropDays(open(), maintenance) };
          } finally {
            await client.query('SELECT pg_advisory_unlock($1)', [MAINTENANCE_LOCK]);
          }
        } finally {
          client.release();
        }
      }),
    forget: (request) =>
      orUnavailable(async () => {
        const report = await forget(open(), request);
        known.clear();
        return report;
      }),
    async stop() {
      const closing = pool;
      pool = undefined;
      await closing?.end();
    },
  };
}
