import type { SqlRow } from '../reader/journal-source.ts';
import { STORED_FIELDS, type StoredRow } from '../row.ts';
import { createSqliteStore } from '../sqlite/sqlite-store.ts';
import { columnOf } from '../store/columns.ts';
import { ArchiveError } from './archive-error.ts';
import { fetchWhole } from './fetch-file.ts';
import type { FindParts } from './find-archived.ts';
import { listManifests } from './manifest.ts';
import { readParquet } from './parquet-layout.ts';

export interface RestoreReport {
  /** Rows of the day in the folder now. */
  readonly rows: number;
  readonly workspaces: readonly string[];
}

const BATCH_ROWS = 2_000;
/** Nothing of the folder is too old. */
const RETENTION_DAYS = 36_500;

/**
 * Writes the rows of an archived day into a journal of its own: a folder of SQLite, with sums and ties, as if they had just come.
 * Into the same folder any number of days, each any number of times.
 *
 * @throws ArchiveError ARCHIVE_NOT_FOUND when the day is not archived
 */
export async function restoreDay(parts: FindParts, day: string, into: string): Promise<RestoreReport> {
  const manifests = await listManifests(parts.objects, undefined, (each) => each === day);
  if (manifests.length === 0) {
    throw new ArchiveError('ARCHIVE_NOT_FOUND', `expected ${day} in the archive, got none; see fleet journal archive`);
  }
  const store = createSqliteStore({ folder: into, retentionDays: RETENTION_DAYS });
  let rows = 0;
  try {
    await store.start();
    for (const manifest of manifests) {
      const files = [
        await fetchWhole(parts.objects, manifest.rows, parts.folder),
        await fetchWhole(parts.objects, manifest.identities, parts.folder),
      ] as const;
      let waiting: StoredRow[] = [];
      const write = async () => {
        const { inserted, repeated } = await store.write(waiting);
        rows += inserted + repeated;
        waiting = [];
      };
      for await (const chunk of parts.duck.stream(rowsWithAliases(...files))) {
        waiting.push(...chunk.map(toStored));
        if (waiting.length >= BATCH_ROWS) await write();
      }
      await write();
    }
  } finally {
    await store.stop();
  }
  const expected = manifests.reduce((sum, manifest) => sum + manifest.rows.rows, 0);
  if (rows !== expected) {
    throw new ArchiveError('ARCHIVE_DAMAGED', `expected ${expected} rows of ${day} in ${into}, got ${rows}`);
  }
  return { rows, workspaces: manifests.map(({ workspace }) => workspace) };
}

/** The first row of a person carries what the person is tied to. */
function rowsWithAliases(rows: string, identities: string): string {
  return `SELECT j.* EXCLUDE (nth), CASE WHEN nth = 1 THEN i.aliases END AS aliases
    FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY person ORDER BY "time") AS nth FROM ${readParquet([rows])}) AS j
    LEFT JOIN (SELECT person, to_json(list(alias)) AS aliases FROM ${readParquet([identities])} GROUP BY person) AS i USING (person)`;
}

function toStored(row: SqlRow): StoredRow {
  const entries = STORED_FIELDS.map((field) => [field, row[columnOf(field)] ?? null]);
  const aliases = typeof row.aliases === 'string' ? (JSON.parse(row.aliases) as string[]) : null;
  return { ...Object.fromEntries(entries), aliases } as unknown as StoredRow;
}
