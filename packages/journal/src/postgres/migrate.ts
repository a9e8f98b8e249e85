import { readdirSync, readFileSync } from 'node:fs';
import { inTransaction, type PostgresPool } from './pool.ts';

const FOLDER = new URL('./migrations/', import.meta.url);
/** Any number that nobody else locks: the letters of "cio". */
export const MIGRATION_LOCK = 0x63_69_6f;

/** Brings the schema up to date, file by file, in one transaction. Whoever comes second waits and finds nothing to do. */
export async function migrate(pool: PostgresPool): Promise<void> {
  await inTransaction(pool, async (client) => {
    await client.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    await client.query(
      'CREATE TABLE IF NOT EXISTS journal_migrations (name text PRIMARY KEY, applied_at bigint NOT NULL)',
    );
    const { rows } = await client.query<{ name: string }>('SELECT name FROM journal_migrations');
    const applied = new Set(rows.map(({ name }) => name));
    const files = readdirSync(FOLDER).filter((name) => name.endsWith('.sql') && !applied.has(name));
    for (const name of files.toSorted()) {
      await client.query(readFileSync(new URL(name, FOLDER), 'utf8'));
      await client.query('INSERT INTO journal_migrations VALUES ($1, $2)', [name, Date.now()]);
    }
  });
}
