import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JournalPlace } from '../journal-place.ts';
import type { SqlRow } from '../reader/journal-source.ts';
import type { Branch, Slice } from '../reader/read-timeline.ts';
import type { TimeWindow } from '../reader/window.ts';
import type { Tie, TieQuestion } from '../store/follow-ties.ts';
import { type ArchiveDayReport, archiveDay } from './archive-day.ts';
import { ArchiveError } from './archive-error.ts';
import { withArchiveLock } from './archive-lock.ts';
import type { ArchiveTarget } from './archive-target.ts';
import { openDayRows } from './day-rows.ts';
import { openDuck } from './duckdb.ts';
import { type EraseReport, eraseArchived } from './erase-archived.ts';
import { type FindParts, findArchivedRows, findArchivedTies } from './find-archived.ts';
import { listManifests, type Manifest } from './manifest.ts';
import { openObjects } from './open-objects.ts';
import { openPendingErasures } from './pending-erasures.ts';
import { type RestoreReport, restoreDay } from './restore-day.ts';

/** What the process of the archive is told with each call. */
export interface ArchiveSetup {
  readonly target: ArchiveTarget;
  /** Whose days; only what changes the archive needs it. */
  readonly place?: JournalPlace;
  readonly memoryMb: number;
}

/** What it can be asked. Each call makes its own DuckDB, and leaves nothing behind. */
export interface ArchiveWork {
  archive(day: string): Promise<ArchiveDayReport>;
  /** Nothing, unless somebody has waited for so long. */
  erase(minAgeMs: number): Promise<EraseReport>;
  rows(workspace: string, branches: readonly Branch[], slice: Slice): Promise<readonly (readonly SqlRow[])[]>;
  ties(workspace: string, window: TimeWindow, question: TieQuestion): Promise<readonly Tie[]>;
  days(workspace: string | undefined): Promise<readonly Manifest[]>;
  restore(day: string, folder: string): Promise<RestoreReport>;
}

export function createArchiveWork({ target, place, memoryMb }: ArchiveSetup): ArchiveWork {
  /** A folder that no other process has, and nothing outlives. */
  async function withParts<T>(work: (parts: FindParts) => Promise<T>): Promise<T> {
    const folder = makeWorkFolder();
    const closing: (() => void)[] = [];
    try {
      const objects = await openObjects(target);
      closing.push(() => objects.close());
      const duck = await openDuck({ folder, memoryMb });
      closing.push(() => duck.close());
      return await work({ duck, objects, folder });
    } finally {
      for (const close of closing.toReversed()) close();
      rmSync(folder, { recursive: true, force: true });
    }
  }

  const withPlace = <T>(work: (place: JournalPlace) => Promise<T>): Promise<T> => {
    if (place === undefined) throw new ArchiveError('ARCHIVE_UNAVAILABLE', 'expected a journal beside the archive');
    return withArchiveLock(place, () => work(place));
  };

  return {
    archive: (day) =>
      withPlace((from) =>
        withParts(async (parts) => {
          const source = openDayRows(from, day);
          try {
            return await archiveDay(day, { ...parts, source, nowMs: Date.now() });
          } finally {
            await source.close();
          }
        }),
      ),
    erase: (minAgeMs) =>
      withPlace(async (from) => {
        const pending = openPendingErasures(from);
        try {
          const nowMs = Date.now();
          const isDue = (await pending.list()).some(({ at }) => at <= nowMs - minAgeMs);
          return isDue ? await withParts((parts) => eraseArchived(parts, pending, nowMs)) : { rows: 0, files: 0 };
        } finally {
          await pending.close();
        }
      }),
    rows: (workspace, branches, slice) => withParts((parts) => findArchivedRows(parts, workspace, branches, slice)),
    ties: (workspace, window, question) => withParts((parts) => findArchivedTies(parts, workspace, window, question)),
    async days(workspace) {
      const objects = await openObjects(target);
      try {
        return await listManifests(objects, workspace);
      } finally {
        objects.close();
      }
    },
    restore: (day, folder) => withParts((parts) => restoreDay(parts, day, folder)),
  };
}

const PREFIX = 'cio-fleet-archive-';

/** In the system's folder for such things (`TMPDIR`). Removes those of processes that were killed: a day is gigabytes. */
function makeWorkFolder(): string {
  mkdirSync(tmpdir(), { recursive: true });
  for (const name of readdirSync(tmpdir())) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
  return mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: unknown }).code === 'EPERM'; // somebody else's
  }
}
