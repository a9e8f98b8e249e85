import { addPendingErasure } from '../archive/pending-erasures.ts';
import { personDigest, sortAliases } from '../store/forgotten.ts';
import type { ForgetOptions, ForgetReport } from '../store/journal-store.ts';
import { inTransaction, type PostgresClient, type PostgresPool } from './pool.ts';

/** Rows of the persons, and rows of nobody in sessions and under anonymous ids that are tied to them. */
const WHOSE = `workspace = $1 AND accepted_at <= $2 AND (
  person = ANY($3) OR (person IS NULL AND (session_id = ANY($4) OR anonymous_id = ANY($5) OR user_id = ANY($6))))`;

export async function forget(pool: PostgresPool, options: ForgetOptions): Promise<ForgetReport> {
  return inTransaction(pool, async (client) => {
    const aliases = await aliasesOfPersons(client, options);
    if (options.alsoArchived === true && options.isRepeat !== true) await addPendingErasure(client, options, aliases);
    const { sessions, anonymous, users, persons: same } = sortAliases(aliases);
    const persons = [...options.persons, ...same];
    const whose = [options.workspace, options.acceptedUntilMs, persons, sessions, anonymous, users];
    const { rowCount } = await client.query(
      options.what === 'rows'
        ? `DELETE FROM journal WHERE ${WHOSE}`
        : `UPDATE journal SET payload = NULL, value = NULL WHERE ${WHOSE} AND (payload IS NOT NULL OR value IS NOT NULL)`,
      whose,
    );
    if (options.what === 'rows') {
      await client.query('DELETE FROM journal_identities WHERE workspace = $1 AND person = ANY($2)', [
        options.workspace,
        persons,
      ]);
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

async function aliasesOfPersons(client: PostgresClient, options: ForgetOptions): Promise<readonly string[]> {
  const { rows } = await client.query<{ alias: string }>(
    'SELECT DISTINCT alias FROM journal_identities WHERE workspace = $1 AND person = ANY($2)',
    [options.workspace, options.persons],
  );
  return rows.map(({ alias }) => alias);
}
