import { open } from 'node:fs/promises';
import { ArchiveError } from './archive-error.ts';
import type { ArchiveObjects } from './archive-objects.ts';
import type { Duck } from './duckdb.ts';
import type { ArchivedFile } from './manifest.ts';
import { copyToParquet, readParquet } from './parquet-layout.ts';

export interface FileToWrite {
  readonly duck: Duck;
  readonly objects: ArchiveObjects;
  readonly key: string;
  /** For the file on its way. */
  readonly folder: string;
  /** A query, and the order of its rows. */
  readonly select: string;
  readonly order: string;
}

/** Bytes at the end of a file that are compared: the number of its rows is there, and where each row group is. */
const END_BYTES = 64 * 1024;

/** Writes a Parquet file, puts it into the archive, and reads back what proves that it got there. */
export async function writeFile({ duck, objects, key, folder, select, order }: FileToWrite): Promise<ArchivedFile> {
  const draft = `${folder}/draft.parquet`;
  await duck.run(copyToParquet(select, order, draft));
  const [counted] = await duck.select(`SELECT COUNT(*) AS n FROM ${readParquet([draft])}`);
  const { bytes, end } = await readEnd(draft);
  await objects.upload(key, draft);
  const there = await objects.sizeOf(key);
  const endThere = await objects.read(key, bytes - end.length, end.length);
  if (there !== bytes || !endThere.equals(end)) {
    throw new ArchiveError(
      'ARCHIVE_DAMAGED',
      `expected ${key} with ${bytes} bytes, got ${there}, or others at its end`,
    );
  }
  return { key, rows: Number(counted?.n ?? 0), bytes };
}

async function readEnd(path: string): Promise<{ readonly bytes: number; readonly end: Buffer }> {
  const file = await open(path);
  try {
    const { size: bytes } = await file.stat();
    const length = Math.min(bytes, END_BYTES);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, bytes - length);
    return { bytes, end: buffer };
  } finally {
    await file.close();
  }
}
