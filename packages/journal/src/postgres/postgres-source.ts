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

const LAG = `SELECT CASE WHEN pg_is_in_recovery() AND pg_last_wal_receive_lsn() IS DISTINCT FROM pg_last_wal_replay_lsn()
  THEN extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) * 1000 ELSE 0 END::float8 AS lag_ms`;

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
