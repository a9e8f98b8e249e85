import { truncateSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { SqlValue } from '../reader/journal-source.ts';
import { ArchiveError } from './archive-error.ts';
import type { ArchiveObjects } from './archive-objects.ts';
import { type Duck, quote } from './duckdb.ts';
import type { ArchivedFile } from './manifest.ts';

const BLOCK_BYTES = 8 * 1024 * 1024;
/** Most files end within it: 4 bytes "PAR1", 4 of the footer's length, and before them the footer. */
const END_BYTES = 512 * 1024;
/** Ranges nearer to each other than this are one request. */
const GAP_BYTES = 256 * 1024;
const PARALLEL_REQUESTS = 6;

interface Range {
  readonly from: number;
  /** Not included. */
  readonly to: number;
}

/** The path of an archived file: where it is, or of a copy in `folder`. */
export async function fetchWhole(objects: ArchiveObjects, file: ArchivedFile, folder: string): Promise<string> {
  if (objects.pathOf !== undefined) return objects.pathOf(file.key);
  const copy = pathIn(folder, file);
  await fill(objects, file, copy, [{ from: 0, to: file.bytes }]);
  return copy;
}

/** A column and the values that are looked for. */
export interface Wanted {
  readonly column: string;
  readonly keys: readonly SqlValue[];
}

/**
 * The path of a file in which the rows with one of the keys can be read, and nothing else: of a bucket only the row groups that
 * have them are fetched, and the rest of the copy are holes. Undefined when no row has one.
 */
export async function fetchWanted(
  { duck, objects, folder }: { readonly duck: Duck; readonly objects: ArchiveObjects; readonly folder: string },
  file: ArchivedFile,
  { column, keys }: Wanted,
): Promise<string | undefined> {
  if (file.rows === 0 || keys.length === 0) return undefined;
  if (objects.pathOf !== undefined) return objects.pathOf(file.key);
  const copy = pathIn(folder, file);
  await fetchFooter(objects, file, copy);
  const candidates = await chunksOf(duck, copy, { column, keys });
  if (candidates.length === 0) return undefined;
  // The column alone says which row groups are needed. That of persons is sorted, so its first and last value say enough.
  await fill(objects, file, copy, candidates);
  const where = `${column} IN (${keys.map((_, at) => `$${at + 1}`).join(', ')})`;
  const found = await duck.select(
    `SELECT DISTINCT row_group_id AS id FROM (SELECT file_row_number FROM read_parquet(${quote(copy)}, hive_partitioning = false, file_row_number = true)
       WHERE ${where}) JOIN (${groupsOf(copy)}) ON file_row_number >= first AND file_row_number < first + rows`,
    keys,
  );
  if (found.length === 0) return undefined;
  const ids = found.map(({ id }) => Number(id)).join(', ');
  await fill(objects, file, copy, await rangesOf(duck, copy, `row_group_id IN (${ids})`));
  return copy;
}

/** The first row and the number of rows of each row group. */
function groupsOf(path: string): string {
  return `SELECT row_group_id, rows, SUM(rows) OVER (ORDER BY row_group_id) - rows AS first
    FROM (SELECT DISTINCT row_group_id, row_group_num_rows AS rows FROM parquet_metadata(${quote(path)}))`;
}

/** Where the column is in the row groups whose smallest and largest value don't rule the keys out. */
function chunksOf(duck: Duck, path: string, { column, keys }: Wanted): Promise<readonly Range[]> {
  const may = keys.map((_, at) => `(stats_min_value <= $${at + 1} AND stats_max_value >= $${at + 1})`).join(' OR ');
  const isUnknown = 'stats_min_value IS NULL AND stats_null_count IS DISTINCT FROM num_values';
  return rangesOf(duck, path, `path_in_schema = ${quote(column)} AND (${isUnknown} OR ${may})`, keys);
}

async function rangesOf(
  duck: Duck,
  path: string,
  where: string,
  keys: readonly SqlValue[] = [],
): Promise<readonly Range[]> {
  const rows = await duck.select(
    `SELECT LEAST(COALESCE(dictionary_page_offset, data_page_offset), data_page_offset) AS start, total_compressed_size AS bytes
     FROM parquet_metadata(${quote(path)}) WHERE ${where} ORDER BY start`,
    keys,
  );
  return merge(rows.map(({ start, bytes }) => ({ from: Number(start), to: Number(start) + Number(bytes) })));
}

/** @param ranges - by `from` */
export function merge(ranges: readonly Range[]): readonly Range[] {
  const merged: Range[] = [];
  for (const range of ranges) {
    const last = merged.at(-1);
    if (last === undefined || range.from > last.to + GAP_BYTES) merged.push(range);
    else merged[merged.length - 1] = { from: last.from, to: Math.max(last.to, range.to) };
  }
  return merged;
}

async function fetchFooter(objects: ArchiveObjects, file: ArchivedFile, copy: string): Promise<void> {
  const from = Math.max(0, file.bytes - END_BYTES);
  const end = await readExactly(objects, file, { from, to: file.bytes });
  const footer = end.readUInt32LE(end.length - 8) + 8;
  await write(copy, [{ at: 0, bytes: Buffer.from('PAR1') }], file.bytes);
  await write(copy, [{ at: from, bytes: end }]);
  if (footer > end.length) await fill(objects, file, copy, [{ from: file.bytes - footer, to: from }]);
}

/** Fetches ranges of a file into the same places of the copy. */
async function fill(
  objects: ArchiveObjects,
  file: ArchivedFile,
  copy: string,
  ranges: readonly Range[],
): Promise<void> {
  const blocks = ranges.flatMap(blocksOf);
  for (let at = 0; at < blocks.length; at += PARALLEL_REQUESTS) {
    const some = blocks.slice(at, at + PARALLEL_REQUESTS);
    const parts = await Promise.all(
      some.map(async (range) => ({ at: range.from, bytes: await readExactly(objects, file, range) })),
    );
    await write(copy, parts);
  }
}

function blocksOf({ from, to }: Range): readonly Range[] {
  const count = Math.ceil((to - from) / BLOCK_BYTES);
  return Array.from({ length: count }, (_, index) => ({
    from: from + index * BLOCK_BYTES,
    to: Math.min(to, from + (index + 1) * BLOCK_BYTES),
  }));
}

async function readExactly(objects: ArchiveObjects, { key }: ArchivedFile, { from, to }: Range): Promise<Buffer> {
  const bytes = await objects.read(key, from, to - from);
  if (bytes.length === to - from) return bytes;
  throw new ArchiveError('ARCHIVE_DAMAGED', `expected ${to - from} bytes of ${key} at ${from}, got ${bytes.length}`);
}

interface Part {
  readonly at: number;
  readonly bytes: Buffer;
}

/** @param length - makes the file anew, with this length */
async function write(path: string, parts: readonly Part[], length?: number): Promise<void> {
  const file = await open(path, length === undefined ? 'a' : 'w');
  await file.close();
  if (length !== undefined) truncateSync(path, length);
  const target = await open(path, 'r+');
  try {
    for (const { at, bytes } of parts) await target.write(bytes, 0, bytes.length, at);
  } finally {
    await target.close();
  }
}

function pathIn(folder: string, { key }: ArchivedFile): string {
  return join(folder, key.replaceAll('/', '_'));
}
