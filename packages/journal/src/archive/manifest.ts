import { ArchiveError } from './archive-error.ts';
import type { ArchiveObjects } from './archive-objects.ts';
import type { DayExtent } from './day-rows.ts';

/** A Parquet file of a day. */
export interface ArchivedFile {
  readonly key: string;
  readonly rows: number;
  readonly bytes: number;
}

/** What is archived of a workspace and a day. It counts once this is there, with the files that it names. */
export interface Manifest {
  readonly version: 1;
  readonly workspace: string;
  /** Day of acceptance, `2026-11-21`. */
  readonly day: string;
  readonly writtenAt: number;
  /** The day as the store had it, all workspaces. */
  readonly source: DayExtent;
  /** All workspaces of the day: it is archived once each of them has its manifest. Older manifests don't say. */
  readonly workspaces?: readonly string[];
  /** First and last `time` of the rows, in ms. */
  readonly from: number;
  readonly to: number;
  readonly rows: ArchivedFile;
  /** Which sessions, anonymous ids, users and other identities belong to whom. */
  readonly identities: ArchivedFile;
}

const NAME = 'manifest.json';
const KEY = /^workspace=[^/]+\/day=(\d{4}-\d{2}-\d{2})\/manifest\.json$/;

/** `workspace=default/day=2026-11-21`: folders that DuckDB, Spark and Athena read as columns. */
export function folderOf(workspace: string, day: string): string {
  return `workspace=${encodeURIComponent(workspace)}/day=${day}`;
}

/** The days of a workspace, or of all, newest first. @param isWanted - by day, before anything is read of it */
export async function listManifests(
  objects: ArchiveObjects,
  workspace?: string,
  isWanted: (day: string) => boolean = () => true,
): Promise<readonly Manifest[]> {
  const prefix = workspace === undefined ? 'workspace=' : `workspace=${encodeURIComponent(workspace)}/`;
  const keys = (await objects.list(prefix)).filter((key) => isWanted(KEY.exec(key)?.[1] ?? ''));
  const found = await Promise.all(
    keys.filter((key) => KEY.test(key)).map(async (key) => parse(await objects.readText(key), key)),
  );
  return found
    .filter((manifest) => manifest !== undefined)
    .toSorted((a, b) => (a.day === b.day ? (a.workspace < b.workspace ? -1 : 1) : a.day < b.day ? 1 : -1));
}

/** From now on readers see these files; then those that it named before are removed. */
export async function publishManifest(objects: ArchiveObjects, manifest: Manifest): Promise<void> {
  const { workspace, day, rows, identities } = manifest;
  const folder = folderOf(workspace, day);
  await objects.writeText(`${folder}/${NAME}`, `${JSON.stringify(manifest, null, 2)}\n`);
  const keep = new Set([`${folder}/${NAME}`, rows.key, identities.key]);
  for (const key of await objects.list(`${folder}/`)) if (!keep.has(key)) await objects.remove(key);
}

function parse(text: string | undefined, where: string): Manifest | undefined {
  if (text === undefined) return undefined;
  try {
    const manifest = JSON.parse(text) as Manifest;
    if (manifest.version === 1 && typeof manifest.rows.key === 'string') return manifest;
  } catch (cause) {
    throw new ArchiveError('ARCHIVE_DAMAGED', `expected the manifest of ${where} to be JSON`, { cause });
  }
  throw new ArchiveError(
    'ARCHIVE_DAMAGED',
    `expected the manifest of ${where} to be of version 1; update this process`,
  );
}
