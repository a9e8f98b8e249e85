import { Pool, type PoolClient, types } from 'pg';

/** How to reach PostgreSQL. */
export interface PostgresPoolOptions {
  readonly databaseUrl: string;
  readonly connections: number;
  /** Shown by `pg_stat_activity`. */
  readonly applicationName: string;
  /** Beyond it a statement is cancelled, in ms; 0 is never. */
  readonly statementTimeoutMs: number;
  /** Refuses every change. @defaultValue false */
  readonly isReadOnly?: boolean;
  readonly onError: (error: Error) => void;
}

const CONNECT_TIMEOUT_MS = 5_000;
/** Sums of two weeks are grouped in memory, not on disk; and compiling a query takes longer than any of ours. */
const READER_SETTINGS = '-c default_transaction_read_only=on -c work_mem=32MB -c jit=off';
const INT8 = 20;
const JSON_TYPE = 114;

/** Times and counts are far below 2^53, and payloads stay text: nobody parses them twice. */
const asNumbersAndText = {
  getTypeParser: ((oid: number, format?: 'text') => {
    if (oid === INT8) return Number;
    if (oid === JSON_TYPE) return (text: string) => text;
    return types.getTypeParser(oid, format);
  }) as typeof types.getTypeParser,
};

export type PostgresPool = Pool;
export type PostgresClient = PoolClient;

/** A pool that connects when it is first asked. */
export function createPostgresPool(options: PostgresPoolOptions): PostgresPool {
  const pool = new Pool({
    connectionString: options.databaseUrl,
    max: options.connections,
    application_name: options.applicationName,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    types: asNumbersAndText,
    // Also where PostgreSQL can't cancel, because it is gone without a word.
    ...(options.statementTimeoutMs > 0
      ? {
          statement_timeout: options.statementTimeoutMs,
          query_timeout: options.statementTimeoutMs + CONNECT_TIMEOUT_MS,
        }
      : {}),
    ...(options.isReadOnly === true ? { options: READER_SETTINGS } : {}),
  });
  // An idle connection that breaks is replaced; without a listener it would end the process.
  pool.on('error', options.onError);
  // So is one that breaks in somebody's hands between two statements; its next statement fails and tells them.
  pool.on('connect', (client) => {
    client.on('error', options.onError);
  });
  return pool;
}

/** Runs `work` in a transaction. A connection that failed in it is not used again. */
export async function inTransaction<T>(pool: PostgresPool, work: (client: PostgresClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let failure: Error | undefined;
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error));
    // When the rollback fails too, closing the connection rolls back.
    await client.query('ROLLBACK').then(
      () => {
        failure = undefined;
      },
      () => undefined,
    );
    throw error;
  } finally {
    client.release(failure);
  }
}
