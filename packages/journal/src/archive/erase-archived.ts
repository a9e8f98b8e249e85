import { newUlid } from '@cio-fleet/contracts';
import { followTiesIn, type Tie, type TieQuestion } from '../store/follow-ties.ts';
import { sortAliases } from '../store/forgotten.ts';
import { quote } from './duckdb.ts';
import { fetchWhole } from './fetch-file.ts';
import { type FindParts, filesWith } from './find-archived.ts';
import { folderOf, listManifests, type Manifest, publishManifest } from './manifest.ts';
import { IDENTITY_ORDER, ROW_ORDER, readParquet } from './parquet-layout.ts';
import type { PendingErasure, PendingErasures } from './pending-erasures.ts';
import { writeFile } from './write-file.ts';

export interface EraseReport {
  /** Rows deleted, or left without content. */
  readonly rows: number;
  /** Files written anew. */
  readonly files: number;
}

const COLUMN_OF = {
  person: 'person',
  session: 'session_id',
  anonymous: 'anonymous_id',
  user: 'user_id',
} as const;
type Kind = keyof typeof COLUMN_OF;

/** Does what is pending, a workspace after the other. What fails stays pending, and is done again as a whole. */
export async function eraseArchived(parts: FindParts, pending: PendingErasures, nowMs: number): Promise<EraseReport> {
  let report: EraseReport = { rows: 0, files: 0 };
  const erasures = await pending.list();
  for (const [workspace, ofWorkspace] of Map.groupBy(erasures, (erasure) => erasure.workspace)) {
    const manifests = await listManifests(parts.objects, workspace);
    await listErased(parts, manifests, ofWorkspace);
    const rows = new Map<number, number>();
    for (const manifest of manifests) {
      const changed = await eraseIn(parts, manifest);
      for (const { id, n } of changed) rows.set(id, (rows.get(id) ?? 0) + n);
      if (changed.length > 0) report = { rows: report.rows, files: report.files + 1 };
    }
    for (const erasure of ofWorkspace) {
      const changed = rows.get(erasure.id) ?? 0;
      await pending.settle(erasure, changed, nowMs);
      report = { ...report, rows: report.rows + changed };
    }
  }
  return report;
}

/** Makes the table `erased`: each key with the erasure that goes furthest. */
async function listErased(
  parts: FindParts,
  manifests: readonly Manifest[],
  erasures: readonly PendingErasure[],
): Promise<void> {
  const { duck } = parts;
  await duck.run(
    `CREATE OR REPLACE TABLE asked (kind VARCHAR, key VARCHAR, id BIGINT, rows_until BIGINT, until BIGINT)`,
  );
  const asked = await duck.appendTo('asked', ['VARCHAR', 'VARCHAR', 'BIGINT', 'BIGINT', 'BIGINT']);
  for (const erasure of erasures) {
    const { id, acceptedUntilMs: until, what } = erasure;
    const rowsUntil = what === 'rows' ? until : -1;
    const { persons, aliases } = await followTiesIn(
      erasure.persons,
      (question) => tiesOf(parts, manifests, question),
      erasure.aliases,
    );
    const { sessions, anonymous, users } = sortAliases(aliases);
    const add = (kind: Kind, keys: readonly string[]) =>
      asked.append(keys.map((key) => [kind, key, id, rowsUntil, until]));
    add('person', persons);
    add('session', sessions);
    add('anonymous', anonymous);
    add('user', users);
  }
  asked.close();
  // One line for a key: a join must not double its rows.
  await duck.run(`CREATE OR REPLACE TABLE erased AS
    SELECT kind, key, MAX(id) AS id, MAX(rows_until) AS rows_until, MAX(until) AS until FROM asked GROUP BY kind, key`);
}

async function tiesOf(
  parts: FindParts,
  manifests: readonly Manifest[],
  { column, keys }: TieQuestion,
): Promise<readonly Tie[]> {
  const files = await filesWith(parts, manifests, 'identities', { column, keys });
  if (files.length === 0) return [];
  const among = `${column} IN (${keys.map(quote).join(', ')})`;
  return (await parts.duck.select(
    `SELECT DISTINCT person, alias FROM ${readParquet(files)} WHERE ${among}`,
  )) as unknown as readonly Tie[];
}

/** Of a row whose key is erased: by which erasure, and what is left of it. */
const UNTIL = 'GREATEST(COALESCE(p.until, -1), COALESCE(s.until, -1), COALESCE(a.until, -1), COALESCE(u.until, -1))';
const ROWS_UNTIL =
  'GREATEST(COALESCE(p.rows_until, -1), COALESCE(s.rows_until, -1), COALESCE(a.rows_until, -1), COALESCE(u.rows_until, -1))';
const ID = 'COALESCE(p.id, s.id, a.id, u.id)';

const IS_DELETED = `j.accepted_at <= ${ROWS_UNTIL}`;
const IS_EMPTIED = `j.accepted_at <= ${UNTIL}`;

const PERSONS_OF_ROWS = `SELECT key FROM erased WHERE kind = 'person' AND rows_until >= 0`;

function joined(file: string): string {
  const join = (letter: string, kind: Kind) =>
    `LEFT JOIN erased AS ${letter} ON ${letter}.kind = '${kind}' AND ${letter}.key = j.${COLUMN_OF[kind]}
     ${kind === 'person' ? '' : 'AND j.person IS NULL'}`;
  return `${readParquet([file])} AS j ${join('p', 'person')} ${join('s', 'session')} ${join('a', 'anonymous')} ${join('u', 'user')}`;
}

/** Writes the files of a day anew where they have what is erased. @returns rows by erasure */
async function eraseIn(
  parts: FindParts,
  manifest: Manifest,
): Promise<readonly { readonly id: number; readonly n: number }[]> {
  const { duck } = parts;
  if (!(await mayHave(parts, manifest))) return [];
  const before = await fetchWhole(parts.objects, manifest.rows, parts.folder);
  const changed = await duck.select(
    `SELECT ${ID} AS id, COUNT(*) AS n FROM ${joined(before)}
     WHERE ${IS_DELETED} OR (${IS_EMPTIED} AND (j.payload IS NOT NULL OR j.value IS NOT NULL)) GROUP BY 1`,
  );
  const identities = await fetchWhole(parts.objects, manifest.identities, parts.folder);
  const untied = `FROM ${readParquet([identities])} WHERE person IN (${PERSONS_OF_ROWS}) OR alias IN (${PERSONS_OF_ROWS})`;
  const [{ n: ties } = { n: 0 }] = await duck.select(`SELECT COUNT(*) AS n ${untied}`);
  if (changed.length === 0 && Number(ties) === 0) return [];
  const key = (name: string) => `${folderOf(manifest.workspace, manifest.day)}/${name}-${newUlid()}.parquet`;
  const rowsFile = await writeFile({
    ...parts,
    key: key('part'),
    select: `SELECT j.* REPLACE (CASE WHEN ${IS_EMPTIED} THEN NULL ELSE j.payload END AS payload,
      CASE WHEN ${IS_EMPTIED} THEN NULL ELSE j.value END AS value) FROM ${joined(before)} WHERE NOT (${IS_DELETED})`,
    order: ROW_ORDER.replaceAll(/(\w+_id|person)\b/g, 'j.$1').replace('"time"', 'j."time"'),
  });
  const kept = `SELECT * FROM ${readParquet([identities])} EXCEPT SELECT * ${untied}`;
  const identitiesFile = await writeFile({ ...parts, key: key('identities'), select: kept, order: IDENTITY_ORDER });
  await publishManifest(parts.objects, { ...manifest, rows: rowsFile, identities: identitiesFile });
  return changed.map(({ id, n }) => ({ id: Number(id), n: Number(n) }));
}

/** Before a file is fetched as a whole. */
async function mayHave(parts: FindParts, manifest: Manifest): Promise<boolean> {
  const keys = await parts.duck.select('SELECT kind, key FROM erased ORDER BY 1, 2');
  for (const [kind, ofKind] of Map.groupBy(keys, (row) => row.kind as Kind)) {
    const texts = ofKind.map(({ key }) => String(key));
    if (await hasKey(parts, manifest, kind, texts)) return true;
  }
  return false;
}

async function hasKey(parts: FindParts, manifest: Manifest, kind: Kind, keys: readonly string[]): Promise<boolean> {
  const isIn = async (file: 'rows' | 'identities', column: string) => {
    const [path] = await filesWith(parts, [manifest], file, { column, keys });
    if (path === undefined) return false;
    const text = `SELECT 1 AS found FROM ${readParquet([path])} WHERE ${column} IN (${keys.map(quote).join(', ')}) LIMIT 1`;
    return (await parts.duck.select(text)).length > 0;
  };
  if (await isIn('rows', COLUMN_OF[kind])) return true;
  return kind === 'person' && ((await isIn('identities', 'person')) || (await isIn('identities', 'alias')));
}
