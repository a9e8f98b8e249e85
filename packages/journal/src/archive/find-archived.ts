import { tiesOfEach } from '../reader/identities.ts';
import type { SqlRow } from '../reader/journal-source.ts';
import { type Branch, branchQuery, MAX_TIES, type Slice } from '../reader/read-timeline.ts';
import type { TimeWindow } from '../reader/window.ts';
import { DAY_MS, startOfDay } from '../store/days.ts';
import type { Tie, TieQuestion } from '../store/follow-ties.ts';
import type { ArchiveObjects } from './archive-objects.ts';
import { type Duck, quote } from './duckdb.ts';
import { fetchWanted } from './fetch-file.ts';
import { listManifests, type Manifest } from './manifest.ts';
import { readParquet } from './parquet-layout.ts';

export interface FindParts {
  readonly duck: Duck;
  readonly objects: ArchiveObjects;
  readonly folder: string;
}

/** Rows of branches in the archived days of a window, newest first, a list for each branch. */
export async function findArchivedRows(
  parts: FindParts,
  workspace: string,
  branches: readonly Branch[],
  slice: Slice,
): Promise<readonly (readonly SqlRow[])[]> {
  const manifests = await manifestsIn(parts.objects, workspace, slice.window);
  const found: (readonly SqlRow[])[] = [];
  for (const branch of branches) {
    const files = await filesWith(parts, manifests, 'rows', { column: branch.column, keys: branch.keys });
    if (files.length === 0) continue;
    const { text, values } = branchQuery(workspace, branch, slice);
    await parts.duck.run(`CREATE OR REPLACE TEMP VIEW journal AS SELECT * FROM ${readParquet(files)}`);
    found.push(await parts.duck.select(text, values));
  }
  return found;
}

/** Ties of a window's archived days. */
export async function findArchivedTies(
  parts: FindParts,
  workspace: string,
  window: TimeWindow,
  question: TieQuestion,
): Promise<readonly Tie[]> {
  const { column, keys } = question;
  const manifests = await manifestsIn(parts.objects, workspace, window);
  const files = await filesWith(parts, manifests, 'identities', { column, keys });
  if (files.length === 0) return [];
  const rows = await parts.duck.select(
    `SELECT DISTINCT person, alias FROM ${readParquet(files)} WHERE ${column} IN (${keys.map(quote).join(', ')})
     QUALIFY DENSE_RANK() OVER (PARTITION BY ${column} ORDER BY alias LIKE 'session:%', alias, person) <= ${tiesOfEach(question, MAX_TIES)}`,
  );
  return rows as unknown as readonly Tie[];
}

/** Rows may be of any time after the day of their acceptance, but of none before. */
async function manifestsIn(objects: ArchiveObjects, workspace: string, { from, to }: TimeWindow) {
  const manifests = await listManifests(objects, workspace, (day) => startOfDay(day) < to + DAY_MS);
  return manifests.filter((manifest) => manifest.from < to && manifest.to >= from);
}

/** Copies of the files that have one of the keys, as far as they are needed. */
export async function filesWith(
  parts: FindParts,
  manifests: readonly Manifest[],
  kind: 'rows' | 'identities',
  wanted: Parameters<typeof fetchWanted>[2],
): Promise<readonly string[]> {
  const files: string[] = [];
  for (const manifest of manifests) {
    const file = await fetchWanted(parts, manifest[kind], wanted);
    if (file !== undefined) files.push(file);
  }
  return files;
}
