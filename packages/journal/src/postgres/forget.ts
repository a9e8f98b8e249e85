import { addPendingErasure } from '../archive/pending-erasures.ts';
import { followTiesIn, type Tie, type TieQuestion } from '../store/follow-ties.ts';
import { personDigest, sortAliases } from '../store/forgotten.ts';
import type { ForgetOptions, ForgetReport } from '../store/journal-store.ts';
import { inTransaction, type PostgresClient, type PostgresPool } from './pool.ts';

/** Rows of the persons, and rows of nobody in sessions and under anonymous ids that are tied to them. */
const WHOSE = `workspace = $1 AND accepted_at <= $2 AND (
  person = ANY($3) OR (person IS NULL AND (session_id = ANY($4) OR anonymous_id = ANY($5) OR user_id = ANY($6))))`;

export async function forget(pool: PostgresPool, options: ForgetOptions): Promise<ForgetReport> {
  return inTransaction(pool, async (client) => {
    const tied = await followTiesIn(options.persons, tiesOf(client, options.workspace));
    if (options.alsoArchived === true && options.isRepeat !== true) await addPendingErasure(client, options, tied);
    const { persons } = tied;
    const { sessions, anonymous, users } = sortAliases(tied.aliases);
    const whose = [options.workspace, options.acceptedUntilMs, persons, sessions, anonymous, users];
    const { rowCount } = await client.query(
      options.what === 'rows'
        ? `DELETE FROM journal WHERE ${WHOSE}`
        : `UPDATE journal SET payload = NULL, value = NULL WHERE ${WHOSE} AND (payload IS NOT NULL OR value IS NOT NULL)`,
      whose,
    );
    if (options.what === 'rows') {
      const text = 'DELETE FROM journal_identities WHERE workspace = $1 AND (person = ANY($2) OR alias = ANY($2))';
      await client.query(text, [options.workspace, [...persons, ...options.persons]]);
    }
    if (options.isRepeat === true && rowCount === 0) return { rows: 0 };
    const digests = options.persons.map((person) => personDigest(options.workspace, person));
    await client.query(
      'INSERT INTO journal_forgotten SELECT $1, $2, digest, $3, $4 FROM unnest($5::text[]) AS digest',
      [options.nowMs, options.workspace, options.what, rowCount ?? 0, digests],
    );
    return { rows: rowCount ?? 0 };
  });
}

function tiesOf(client: PostgresClient, workspace: string) {
  return async ({ column, keys }: TieQuestion): Promise<readonly Tie[]> => {
    const text = `SELECT DISTINCT person, alias FROM journal_identities WHERE workspace = $1 AND ${column} = ANY($2)`;
    return (await client.query<{ person: string; alias: string }>(text, [workspace, keys])).rows;
  };
}

/** Ties that were ever deleted, by whomever, as far as PostgreSQL has counted. */
export async function countDeletedTies(pool: PostgresPool): Promise<number> {
  const text = "SELECT pg_stat_get_tuples_deleted('journal_identities'::regclass) AS n";
  return Number((await pool.query<{ n: number }>(text)).rows[0]?.n ?? 0);
}
