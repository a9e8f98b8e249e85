import { expect, it, type Mock, onTestFinished, vi } from 'vitest';
import type { ArchiveObjects } from '../src/archive/archive-objects.ts';
import { openDuck } from '../src/archive/duckdb.ts';
import { fetchWanted, fetchWhole } from '../src/archive/fetch-file.ts';
import { openObjects } from '../src/archive/open-objects.ts';
import { readParquet } from '../src/archive/parquet-layout.ts';
import { writeFile } from '../src/archive/write-file.ts';
import { bucketArchive, makeFolder } from './archive-parts.ts';

/** Four row groups, more than one part of an upload, and texts that don't compress. */
const ROWS = 200_000;
const SELECT = `SELECT 'id:' || lpad((i % 40000)::VARCHAR, 6, '0') AS person, 'session-' || (i // 5) AS session_id, i AS "time",
  md5(i::VARCHAR) || md5((i * 7)::VARCHAR) || sha256(i::VARCHAR) || sha256('x' || i) AS payload FROM range(${ROWS}) AS r(i)`;
const TIMEOUT_MS = 120_000;

it('fetches from a bucket only what a look-up needs, and that as it was written', { timeout: TIMEOUT_MS }, async () => {
  const { target } = await bucketArchive();
  const objects = await openObjects(target);
  const duck = await openDuck({ folder: makeFolder(), memoryMb: 256 });
  onTestFinished(() => {
    duck.close();
    objects.close();
  });
  const file = await writeFile({
    duck,
    objects,
    key: 'workspace=w/day=2026-11-01/part-1.parquet',
    folder: makeFolder(),
    select: SELECT,
    order: 'person, session_id',
  });
  expect(file.rows).toBe(ROWS);
  expect(file.bytes).toBeGreaterThan(17 * 1024 * 1024);

  const reads = vi.fn(objects.read);
  const look = async (column: string, key: string) => {
    reads.mockClear();
    const counted: ArchiveObjects = { ...objects, read: reads };
    const found = await fetchWanted({ duck, objects: counted, folder: makeFolder() }, file, { column, keys: [key] });
    if (found === undefined) return { rows: [], bytes: bytesOf(reads) };
    const rows = await duck.select(`SELECT * FROM ${readParquet([found])} WHERE ${column} = $1 ORDER BY "time"`, [key]);
    return { rows, bytes: bytesOf(reads) };
  };
  const whole = readParquet([await fetchWhole(objects, file, makeFolder())]);
  for (const [column, key] of [
    ['person', 'id:000000'],
    ['person', 'id:023456'],
    ['session_id', 'session-31415'],
  ] as const) {
    const { rows, bytes } = await look(column, key);
    expect(rows).toHaveLength(5);
    expect(rows).toEqual(await duck.select(`SELECT * FROM ${whole} WHERE ${column} = $1 ORDER BY "time"`, [key]));
    if (column === 'person') expect(bytes).toBeLessThan(file.bytes * 0.4);
  }
  expect(await look('person', 'id:999999')).toMatchObject({ rows: [] });
  const missing = await look('session_id', 'session-3x');
  expect(missing.rows).toEqual([]);
  expect(missing.bytes).toBeLessThan(file.bytes / 4);
});

it('says which package is missing', async () => {
  const none = () => Promise.reject(new Error("Cannot find package '@duckdb/node-api'"));
  await expect(openDuck({ folder: makeFolder(), memoryMb: 64 }, none)).rejects.toMatchObject({
    code: 'ARCHIVE_ENGINE_MISSING',
    message: expect.stringContaining('@duckdb/node-api'),
  });
});

it('takes no file for archived whose end is not what was written', async () => {
  const objects = await openObjects({ kind: 'folder', folder: makeFolder() });
  const duck = await openDuck({ folder: makeFolder(), memoryMb: 64 });
  onTestFinished(() => duck.close());
  const lying: ArchiveObjects = { ...objects, read: async (_key, _from, bytes) => Buffer.alloc(bytes) };
  const write = writeFile({
    duck,
    objects: lying,
    key: 'a.parquet',
    folder: makeFolder(),
    select: 'SELECT 1 AS a',
    order: 'a',
  });
  await expect(write).rejects.toMatchObject({ code: 'ARCHIVE_DAMAGED' });
});

function bytesOf(reads: Mock<ArchiveObjects['read']>): number {
  return reads.mock.calls.reduce((sum, [, , bytes]) => sum + bytes, 0);
}
