import type { JournalPlace } from './journal-place.ts';
import type { JournalSource } from './reader/journal-source.ts';
import { listDayFiles, OTHER_DAY } from './sqlite/day-files.ts';
import { isExpired } from './store/days.ts';

export interface WaitingDaysOptions {
  readonly place: JournalPlace;
  readonly source: JournalSource;
  readonly nowMs: number;
  /** Days of acceptance that are kept, today included. */
  readonly retentionDays: number;
}

/** Days, oldest first, that the journal still has although they are over: as long as they can't be archived. */
export async function readWaitingDays(options: WaitingDaysOptions): Promise<readonly string[]> {
  const { place, source, nowMs, retentionDays } = options;
  const days = place.kind === 'sqlite' ? listDayFiles(place.folder) : await listPartitions(source);
  return days.filter((day) => day !== OTHER_DAY && isExpired(day, nowMs, retentionDays)).toSorted();
}

/** Those too that are detached at this moment. */
async function listPartitions(source: JournalSource): Promise<readonly string[]> {
  const parts = await source.select(
    `SELECT regexp_replace(relname, '^journal_(\\d{4})(\\d{2})(\\d{2})$', '\\1-\\2-\\3') AS day FROM pg_class
     WHERE relkind = 'r' AND relname ~ '^journal_[0-9]{8}$' AND relnamespace = current_schema()::regnamespace`,
    [],
  );
  return parts.flat().map(({ day }) => String(day));
}
