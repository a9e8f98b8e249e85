import type { JournalLogger } from '../intake/journal-sink-options.ts';
import type { JournalPlace } from '../journal-place.ts';
import { DAY_MS, startOfDay } from '../store/days.ts';
import { createArchiveCalls } from './archive-calls.ts';
import { ArchiveError, toArchiveError } from './archive-error.ts';
import type { ArchiveTarget } from './archive-target.ts';
import type { EraseReport } from './erase-archived.ts';
import { createRetries } from './retries.ts';

export interface DayArchiverOptions {
  readonly place: JournalPlace;
  readonly target: ArchiveTarget;
  /** Days of the journal, today included. @defaultValue 15 */
  readonly retentionDays?: number;
  /** Days beyond them that are kept while they can't be archived; then they are dropped without. @defaultValue 7 */
  readonly graceDays?: number;
  /** Of DuckDB, in MB. Its process takes about 500 more. @defaultValue 384 */
  readonly memoryMb?: number;
  /** The longest that a day, or an erasure, may take, in ms. @defaultValue 4 hours */
  readonly timeoutMs?: number;
  /**
   * How long an erasure waits for others before the files that hold the person are written anew, in ms: each time may write every
   * file. @defaultValue 12 hours
   */
  readonly eraseDelayMs?: number;
  /** @defaultValue `Date.now` */
  readonly now?: () => number;
  readonly logger: JournalLogger;
}

/** What the archiver has done since it started. */
export interface DayArchiverStats {
  readonly days: number;
  readonly rows: number;
  readonly failures: number;
  /** Days that were given up, and dropped without an archive. */
  readonly abandonedDays: number;
  /** Days that wait for an archive that works. */
  readonly waitingDays: number;
  readonly erasedRows: number;
}

/** Writes days of the journal to an archive before they are dropped. */
export interface DayArchiver {
  /** The `archive` of a store's maintenance. @throws ArchiveError when the day has to stay */
  readonly archive: (day: string) => Promise<void>;
  /** Forgets now whom the journal has forgotten since. @throws ArchiveError when it is to be done again */
  readonly erase: () => Promise<EraseReport>;
  /** The same when it is time; what fails is logged and done later. */
  readonly eraseWhenDue: () => Promise<void>;
  stats(): DayArchiverStats;
  /** Ends what is under way; what it was writing counts for nothing. */
  stop(): void;
}

const defaults = {
  retentionDays: 15,
  graceDays: 7,
  memoryMb: 384,
  timeoutMs: 4 * 3_600_000,
  eraseDelayMs: 12 * 3_600_000,
  now: Date.now,
} satisfies Partial<DayArchiverOptions>;

/** How often it is looked whether an erasure has waited long enough, in ms. */
const ERASE_CHECK_MS = 600_000;

export function createDayArchiver(options: DayArchiverOptions): DayArchiver {
  const { place, target, retentionDays, graceDays, memoryMb, timeoutMs, eraseDelayMs, now, logger } = {
    ...defaults,
    ...options,
  };
  const calls = createArchiveCalls({ place, target, memoryMb }, timeoutMs);
  const totals = { days: 0, rows: 0, failures: 0, abandonedDays: 0, erasedRows: 0 };
  const retries = createRetries(now);
  const underWay = new Map<string, Promise<void>>();
  let erasesAt = 0;
  let stopped = false;

  async function archiveOnce(day: string): Promise<void> {
    if (stopped) throw new ArchiveError('ARCHIVE_UNAVAILABLE', 'the archive was stopped');
    if (!retries.isDue(day))
      throw new ArchiveError('ARCHIVE_UNAVAILABLE', `the archive of ${day} is tried again later`);
    try {
      const { rows, bytes, wasThere } = await calls.call('archive', day);
      retries.succeeded(day);
      if (wasThere) return;
      totals.days += 1;
      totals.rows += rows;
      logger.info({ day, rows, bytes }, 'a day of the journal is archived');
    } catch (error) {
      if (stopped) throw error;
      totals.failures += 1;
      const { code } = toArchiveError(error);
      if (now() < startOfDay(day) + (retentionDays + graceDays) * DAY_MS) {
        const tryAgainAt = retries.failed(day);
        logger.error({ err: error, code, day, tryAgainAt }, 'a day of the journal could not be archived; it stays');
        throw error;
      }
      retries.succeeded(day);
      totals.abandonedDays += 1;
      logger.error({ err: error, code, day }, 'a day of the journal is dropped without an archive: it waited too long');
    }
  }

  async function erase(minAgeMs: number): Promise<EraseReport> {
    const report = await calls.call('erase', minAgeMs);
    totals.erasedRows += report.rows;
    if (report.files > 0) logger.info({ ...report }, 'archived days forgot persons');
    return report;
  }

  return {
    // The writers of several workspaces share their days.
    archive(day) {
      const found = underWay.get(day) ?? archiveOnce(day).finally(() => underWay.delete(day));
      underWay.set(day, found);
      return found;
    },
    erase: () => erase(0),
    async eraseWhenDue() {
      if (stopped || now() < erasesAt) return;
      erasesAt = now() + ERASE_CHECK_MS;
      await erase(eraseDelayMs).catch((error: unknown) => {
        if (stopped) return;
        totals.failures += 1;
        logger.error({ err: error }, 'archived days could not forget persons; it is tried again later');
      });
    },
    stats: () => ({ ...totals, waitingDays: retries.waiting }),
    stop() {
      stopped = true;
      calls.stop();
    },
  };
}
