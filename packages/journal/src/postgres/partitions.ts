import { setTimeout as delay } from 'node:timers/promises';
import { DAY_MS, dayOf, daysAround, isExpired, startOfDay } from '../store/days.ts';
import { isArchived } from '../store/is-archived.ts';
import type { MaintenanceOptions } from '../store/journal-store.ts';
import { inTransaction, type PostgresPool } from './pool.ts';

/** How long a change of the partitions waits for a lock, in ms: intake queues behind it, so not long. */
const LOCK_TIMEOUT_MS = 500;
const LOCK_ATTEMPTS = 40;
const SUMS_PER_STATEMENT = 10_000;
const LOCK_NOT_AVAILABLE = '55P03';

/** Makes the days that have no partition yet. */
export async function createDays(pool: PostgresPool, nowMs: number, retentionDays: number): Promise<void> {
  const existing = new Set(await listDays(pool));
  for (const day of daysAround(nowMs, retentionDays)) {
    if (!existing.has(day)) await patiently(() => createDay(pool, day));
  }
}

/** Rows of the day that came before its partition are in the default one and move with it. */
async function createDay(pool: PostgresPool, day: string): Promise<void> {
  const from = startOfDay(day);
  const range = `accepted_at >= ${from} AND accepted_at < ${from + DAY_MS}`;
  await inTransaction(pool, async (client) => {
    await client.query(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`);
    // Another process may be making the same day; then it is there once we have the lock.
    await client.query('LOCK TABLE journal_default IN ACCESS EXCLUSIVE MODE');
    const { rows } = await client.query('SELECT 1 FROM pg_class WHERE oid = to_regclass($1) AND relispartition', [
      tableOf(day),
    ]);
    if (rows.length > 0) return;
    await client.query(`CREATE TABLE IF NOT EXISTS ${tableOf(day)} (LIKE journal INCLUDING ALL)`);
    await client.query(
      `WITH moved AS (DELETE FROM journal_default WHERE ${range} RETURNING *) INSERT INTO ${tableOf(day)} SELECT * FROM moved`,
    );
    await client.query(
      `ALTER TABLE journal ATTACH PARTITION ${tableOf(day)} FOR VALUES FROM (${from}) TO (${from + DAY_MS})`,
    );
  });
}

/** Drops the days that are over. @returns those it dropped */
export async function dropDays(pool: PostgresPool, options: MaintenanceOptions): Promise<readonly string[]> {
  const { nowMs, retentionDays, archive } = options;
  const expired = (await listTables(pool)).filter(({ day }) => isExpired(day, nowMs, retentionDays));
  const dropped: string[] = [];
  for (const { day, isAttached } of expired) {
    if (!(await isArchived(day, archive))) {
      // A crash left it detached: readers and erasures don't find it so.
      if (!isAttached) await patiently(() => createDay(pool, day));
      continue;
    }
    // Detached first: dropping then takes no lock that intake waits for. (CONCURRENTLY refuses where a default partition exists.)
    if (isAttached) {
      await patiently(() =>
        inTransaction(pool, async (client) => {
          await client.query(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`);
          await client.query(`ALTER TABLE journal DETACH PARTITION ${tableOf(day)}`);
        }),
      );
    }
    // From here on no row can come: those that came since it was archived go along, or it stays.
    if (isAttached && !(await isArchived(day, archive))) {
      await patiently(() => createDay(pool, day));
      continue;
    }
    await pool.query(`DROP TABLE ${tableOf(day)}`);
    dropped.push(day);
  }
  const beforeMs = nowMs - retentionDays * DAY_MS;
  const waiting = expired.filter(({ day }) => !dropped.includes(day)).map(({ day }) => startOfDay(day));
  await dropSums(pool, beforeMs, Math.min(beforeMs, ...waiting));
  return dropped;
}

/** What a table of sums keeps of a day, by the column that says when. */
const SUMS = [
  ['journal_default', '"time"'],
  ['journal_rollups', 'minute'],
  ['journal_hours', 'hour'],
  ['journal_names', 'hour'],
  ['journal_failures', 'hour'],
  ['journal_failure_persons', 'day'],
  ['journal_identities', 'last_day'],
  ['journal_rejects', 'at'],
] as const;

/** Bit by bit: a day has millions of identities, and one statement for all would hold its locks and its snapshot for minutes. */
async function dropSums(pool: PostgresPool, beforeMs: number, tiesBeforeMs: number): Promise<void> {
  for (const [table, column] of SUMS) {
    // Ties go with the days: one that waits for its archive takes its ties along.
    const before = column === 'last_day' ? dayOf(tiesBeforeMs) : beforeMs;
    const text = `DELETE FROM ${table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM ${table} WHERE ${column} < $1 LIMIT ${SUMS_PER_STATEMENT}))`;
    for (let deleted = SUMS_PER_STATEMENT; deleted === SUMS_PER_STATEMENT; ) {
      deleted = (await pool.query(text, [before])).rowCount ?? 0;
    }
  }
}

interface DayTable {
  readonly day: string;
  readonly isAttached: boolean;
}

async function listDays(pool: PostgresPool): Promise<readonly string[]> {
  return (await listTables(pool)).filter(({ isAttached }) => isAttached).map(({ day }) => day);
}

/** Those too that a crash left detached. */
async function listTables(pool: PostgresPool): Promise<readonly DayTable[]> {
  const { rows } = await pool.query<{ name: string; is_attached: boolean }>(
    `SELECT relname AS name, relispartition AS is_attached FROM pg_class
     WHERE relkind = 'r' AND relname ~ '^journal_[0-9]{8}$' AND relnamespace = current_schema()::regnamespace ORDER BY relname`,
  );
  return rows.map(({ name, is_attached }) => ({
    day: name.replace(/^journal_(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3'),
    isAttached: is_attached,
  }));
}

/** `journal_20261121` */
export function tableOf(day: string): string {
  return `journal_${day.replaceAll('-', '')}`;
}

/** A long query may hold the lock for its 2 s; meanwhile intake goes on, because we let go after half a second. */
async function patiently(change: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await change();
    } catch (error) {
      if ((error as { code?: unknown }).code !== LOCK_NOT_AVAILABLE || attempt === LOCK_ATTEMPTS) throw error;
      await delay(LOCK_TIMEOUT_MS / 2);
    }
  }
}
