import { createIdentityCloak, type PersonPrivacy } from '../intake/person-privacy.ts';
import { readCursor } from '../reader/cursor.ts';
import { tiesIn } from '../reader/identities.ts';
import type { JournalSource } from '../reader/journal-source.ts';
import {
  branchesOf,
  MAX_TIES,
  pageOf,
  selectBranches,
  type TimelinePage,
  type TimelineQuery,
} from '../reader/read-timeline.ts';
import { limitOf, windowOf } from '../reader/window.ts';
import type { Tie } from '../store/follow-ties.ts';
import { createArchiveCalls } from './archive-calls.ts';
import type { ArchiveTarget } from './archive-target.ts';
import type { RestoreReport } from './restore-day.ts';

export interface ArchiveReaderOptions {
  readonly target: ArchiveTarget;
  readonly workspace: string;
  /** The journal, whose rows come along; without it those of the archive alone. The reader doesn't close it. */
  readonly source?: JournalSource;
  /** As the sinks have it; else nobody is found. @defaultValue 'plain' */
  readonly person?: PersonPrivacy;
  /** Of DuckDB, in MB. @defaultValue 256 */
  readonly memoryMb?: number;
  /** The longest that a question may take, in ms; a restored day has an hour. @defaultValue 60_000 */
  readonly timeoutMs?: number;
  /** @defaultValue `Date.now` */
  readonly now?: () => number;
}

/** A day of the archive. */
export interface ArchivedDay {
  readonly workspace: string;
  readonly day: string;
  readonly rows: number;
  readonly bytes: number;
  readonly writtenAt: number;
}

/** Answers from the archive, slower than the journal: some tenths of a second, or seconds where it is far away. */
export interface ArchiveReader {
  /** As `timeline` of a journal reader, with the rows of archived days. */
  timeline(query: TimelineQuery): Promise<TimelinePage>;
  /** What is archived of the workspace, newest first. */
  days(): Promise<readonly ArchivedDay[]>;
  /**
   * Writes an archived day, with all its workspaces, into a folder that is a journal then (`JOURNAL_DIR`).
   *
   * @throws ArchiveError ARCHIVE_NOT_FOUND when the day is not archived
   */
  restore(day: string, folder: string): Promise<RestoreReport>;
  close(): Promise<void>;
}

const defaults = {
  person: 'plain',
  memoryMb: 256,
  timeoutMs: 60_000,
  now: Date.now,
} satisfies Partial<ArchiveReaderOptions>;

const RESTORE_TIMEOUT_MS = 3_600_000;

export function createArchiveReader(options: ArchiveReaderOptions): ArchiveReader {
  const { target, workspace, source, person, memoryMb, timeoutMs, now } = { ...defaults, ...options };
  const calls = createArchiveCalls({ target, memoryMb }, timeoutMs);
  const restoring = createArchiveCalls({ target, memoryMb }, RESTORE_TIMEOUT_MS);
  const cloak = createIdentityCloak(person);
  return {
    async timeline(query) {
      const limit = limitOf(query.limit);
      const window = windowOf(query.window, now());
      const after = query.after === undefined ? undefined : readCursor(query.after);
      const slice = { window, after, limit: limit + 1 };
      // Ties of both: a session of archived rows may be tied to its person by a later day.
      const kept = source === undefined ? async () => [] : tiesIn(source, workspace, MAX_TIES);
      const branches = await branchesOf(query.subject, cloak, async (question): Promise<readonly Tie[]> => {
        const [here, archived] = await Promise.all([kept(question), calls.call('ties', workspace, window, question)]);
        return [...here, ...archived];
      });
      const [here, archived] = await Promise.all([
        source === undefined ? [] : selectBranches({ source, workspace }, branches, slice),
        calls.call('rows', workspace, branches, slice),
      ]);
      return pageOf([...here, ...archived], limit);
    },
    async days() {
      const manifests = await calls.call('days', workspace);
      return manifests.map(({ day, writtenAt, rows, identities }) => ({
        workspace,
        day,
        rows: rows.rows,
        bytes: rows.bytes + identities.bytes,
        writtenAt,
      }));
    },
    restore: (day, folder) => restoring.call('restore', day, folder),
    async close() {
      calls.stop();
      restoring.stop();
    },
  };
}
