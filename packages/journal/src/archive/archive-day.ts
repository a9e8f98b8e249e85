import { newUlid } from '@cio-fleet/contracts';
import { ArchiveError } from './archive-error.ts';
import type { ArchiveObjects } from './archive-objects.ts';
import type { DayExtent, DayRows } from './day-rows.ts';
import { type Duck, quote } from './duckdb.ts';
import { fetchWhole } from './fetch-file.ts';
import { folderOf, listManifests, type Manifest, publishManifest } from './manifest.ts';
import {
  createTable,
  IDENTITY_COLUMNS,
  IDENTITY_ORDER,
  IDENTITY_TYPES,
  ROW_COLUMNS,
  ROW_ORDER,
  ROW_TYPES,
  readParquet,
} from './parquet-layout.ts';
import { writeFile } from './write-file.ts';

export interface ArchiveDayParts {
  readonly duck: Duck;
  readonly objects: ArchiveObjects;
  readonly source: DayRows;
  /** For files on their way. */
  readonly folder: string;
  readonly nowMs: number;
}

export interface ArchiveDayReport {
  readonly rows: number;
  readonly bytes: number;
  /** Whether nothing had to be written, because all of it was there. */
  readonly wasThere: boolean;
}

/**
 * Writes a day of the journal, files for each workspace, and returns once all are there with all rows. May be called again for the
 * same day; what is archived of it stays, and is joined by what came since.
 */
export async function archiveDay(day: string, parts: ArchiveDayParts): Promise<ArchiveDayReport> {
  const { duck, objects, source, folder, nowMs } = parts;
  const extent = await source.extent();
  const before = await listManifests(objects, undefined, (each) => each === day);
  // No day: another process archived and dropped it.
  if (extent === undefined || extent.rows === 0 || isArchived(before, extent)) return reportOf(before, true);
  const read = await loadDay(duck, source);
  let kept = 0;
  for (const manifest of before) kept += await loadArchived(parts, manifest);
  const manifests: Manifest[] = [];
  const found = await workspacesOf(duck);
  const workspaces = found.map(({ workspace }) => workspace);
  for (const { workspace, from, to } of found) {
    const write = (name: string, select: string, order: string) => {
      const key = `${folderOf(workspace, day)}/${name}-${newUlid()}.parquet`;
      return writeFile({ duck, objects, key, folder, select, order });
    };
    const whose = `WHERE workspace = ${quote(workspace)}`;
    const rows = await write('part', `SELECT * FROM archived ${whose}`, ROW_ORDER);
    const identities = await write('identities', `SELECT DISTINCT * FROM archived_identities ${whose}`, IDENTITY_ORDER);
    manifests.push({
      version: 1,
      workspace,
      day,
      writtenAt: nowMs,
      source: extent,
      workspaces,
      from,
      to,
      rows,
      identities,
    });
  }
  const report = reportOf(manifests, false);
  if (report.rows !== read + kept) {
    const message = `expected ${read + kept} rows of ${day} in the archive, got ${report.rows}`;
    throw new ArchiveError('ARCHIVE_DAMAGED', message);
  }
  // Last, since they are what makes the day archived. Where only some get there, the day is archived anew.
  for (const manifest of manifests) await publishManifest(objects, manifest);
  return report;
}

/** Whether each workspace of the day has a manifest of it as it is now: an archiver may have stopped between two of them. */
function isArchived(manifests: readonly Manifest[], { rows, sum, first, last }: DayExtent): boolean {
  const published = new Set(manifests.map(({ workspace }) => workspace));
  const isSame = ({ source, workspaces }: Manifest) =>
    source.rows === rows &&
    source.sum === sum &&
    source.first === first &&
    source.last === last &&
    workspaces?.every((workspace) => published.has(workspace)) === true;
  return manifests.length > 0 && manifests.every(isSame);
}

/** Into a table of DuckDB, on disk: Parquet is written in an order that no index has. */
async function loadDay(duck: Duck, source: DayRows): Promise<number> {
  await duck.run(createTable('archived', ROW_COLUMNS, ROW_TYPES));
  const appender = await duck.appendTo('archived', ROW_TYPES);
  let rows = 0;
  for await (const chunk of source.rows()) {
    appender.append(chunk);
    rows += chunk.length;
  }
  appender.close();
  await duck.run(createTable('archived_identities', IDENTITY_COLUMNS, IDENTITY_TYPES));
  const identities = await duck.appendTo('archived_identities', IDENTITY_TYPES);
  for await (const chunk of source.identities()) identities.append(chunk);
  identities.close();
  return rows;
}

/** Rows that only the archive has. Of those that both have the store's is the newer: payloads may be forgotten there. */
async function loadArchived({ duck, objects, folder }: ArchiveDayParts, manifest: Manifest): Promise<number> {
  const archived = readParquet([await fetchWhole(objects, manifest.rows, folder)]);
  const isNew = `NOT EXISTS (SELECT 1 FROM archived WHERE archived.operation_id = old.operation_id
    AND archived.step = old.step AND archived.accepted_at = old.accepted_at)`;
  const [{ n: before } = { n: 0 }] = await duck.select('SELECT COUNT(*) AS n FROM archived');
  await duck.run(`INSERT INTO archived SELECT * FROM ${archived} AS old WHERE ${isNew}`);
  const [{ n: after } = { n: 0 }] = await duck.select('SELECT COUNT(*) AS n FROM archived');
  const identities = readParquet([await fetchWhole(objects, manifest.identities, folder)]);
  await duck.run(`INSERT INTO archived_identities SELECT * FROM ${identities}`);
  return Number(after) - Number(before);
}

async function workspacesOf(duck: Duck) {
  const text =
    'SELECT workspace, MIN("time") AS "from", MAX("time") AS "to" FROM archived GROUP BY workspace ORDER BY 1';
  return (await duck.select(text)) as unknown as readonly { workspace: string; from: number; to: number }[];
}

function reportOf(manifests: readonly Manifest[], wasThere: boolean): ArchiveDayReport {
  const total = (of: (manifest: Manifest) => number) => manifests.reduce((sum, manifest) => sum + of(manifest), 0);
  return {
    rows: total(({ rows }) => rows.rows),
    bytes: total(({ rows, identities }) => rows.bytes + identities.bytes),
    wasThere,
  };
}
