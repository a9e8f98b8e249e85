import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const NAME = /^journal-(\d{4}-\d{2}-\d{2}|other)\.db$/;

/** The file of what fits no day that is kept: accepted long ago, or by a clock gone wrong. */
export const OTHER_DAY = 'other';

export function fileOf(folder: string, day: string): string {
  return join(folder, `journal-${day}.db`);
}

/** The days that have a file, newest first, `other` before them. */
export function listDayFiles(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  const days = readdirSync(folder).flatMap((name) => NAME.exec(name)?.[1] ?? []);
  return days.toSorted().toReversed();
}

export function makeFolder(folder: string): void {
  // Others have no business in it: it holds personal data.
  mkdirSync(folder, { recursive: true, mode: 0o700 });
}

export function removeDayFile(folder: string, day: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(fileOf(folder, day) + suffix, { force: true });
}
