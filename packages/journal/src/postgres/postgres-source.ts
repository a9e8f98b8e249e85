import type { JournalLogger } from '../intake/journal-sink-options.ts';
import type { JournalSource, SqlRow } from '../reader/journal-source.ts';
import { createPostgresPool } from './pool.ts';

export interface PostgresSourceOptions {
  /** The database, or a streaming standby of it. */
  readonly databaseUrl: string;
  /** @defaultValue 4 */
  readonly connections?: number;
  /** Beyond it PostgreSQL cancels a query, in ms. @defaultValue 2_000 */
  readonly statementTimeoutMs?: number;
  readonly logger: JournalLogger;
}

const defaults = { connections: 4, statementTimeoutMs: 2_000 } satisfies Partial<PostgresSourceOptions>;

/**
 * A standby that has replayed all that it received is up to date, but only while it receives: cut off from its primary it can't know,
 * so it is behind by the age of the last change that it saw.
 */
const LAG = `SELECT CASE
    WHEN NOT pg_is_in_recovery() THEN 0
    WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() AND EXISTS (SELECT FROM pg_stat_wal_receiver) THEN 0
    ELSE extract(epoch FROM clock_timestamp() - coalesce(pg_last_xact_replay_timestamp(), pg_postmaster_start_time())) * 1000
  END::float8 AS lag_ms`;

/** Reads the journal in PostgreSQL through connections of its own, which can change nothing. */
export function createPostgresSource(options: PostgresSourceOptions): JournalSource {
  const { databaseUrl, connections, statementTimeoutMs, logger } = { ...defaults, ...options };
  const pool = createPostgresPool({
    databaseUrl,
    connections,
    statementTimeoutMs,
    applicationName: 'cio-fleet journal reader',
    isReadOnly: true,
    onError: (error) => logger.warn({ err: error }, "a connection to the journal's database broke"),
  });
  return {
    async select(text, values) {
      const { rows } = await pool.query<SqlRow>(text, [...values]);
      return [rows];
    },
    async lagMs() {
      const { rows } = await pool.query<{ lag_ms: number | null }>(LAG);
      return rows[0]?.lag_ms ?? 0;
    },
    close: () => pool.end(),
  };
}
