import type { DatabaseSync } from 'node:sqlite';
import { workerData } from 'node:worker_threads';
import { addPendingErasureIn } from '../archive/pending-erasures.ts';
import { STORED_FIELDS, type StoredRow } from '../row.ts';
import { DAY_MS, dayOf, daysAround, isExpired, startOfDay } from '../store/days.ts';
import { followTiesAtOnce } from '../store/follow-ties.ts';
import type { ForgetOptions, ForgetReport, StoreReport } from '../store/journal-store.ts';
import { openForWriting } from './day-file.ts';
import { fileOf, listDayFiles, makeFolder, OTHER_DAY, removeDayFile } from './day-files.ts';
import { expireIn } from './expire.ts';
import { emptyLog, forgetIn, proveIn, tiesIn } from './forget.ts';
import { serveThread } from './thread-calls.ts';
import { createRowWriter, type RowWriter } from './write-rows.ts';

/** What the thread is told when it starts. */
export interface WriterThreadData {
  readonly folder: string;
  readonly retentionDays: number;
}

const { folder, retentionDays: retainedAtFirst } = workerData as WriterThreadData;

interface OpenDay {
  readonly database: DatabaseSync;
  readonly writer: RowWriter;
}

const open = new Map<string, OpenDay>();
/** Days whose log may still hold what was forgotten. */
const fullLogs = new Set<string>();
let retained = retainedAtFirst;

function openDay(day: string): OpenDay {
  let found = open.get(day);
  if (found === undefined) {
    const database = openForWriting(fileOf(folder, day));
    found = { database, writer: createRowWriter(database) };
    open.set(day, found);
  }
  return found;
}

function emptyLogs(): void {
  for (const day of fullLogs) if (emptyLog(openDay(day).database)) fullLogs.delete(day);
}

function closeDay(day: string): void {
  open.get(day)?.database.close();
  open.delete(day);
}

/** Days that are no longer kept, or far ahead, share a file: a broken clock must not make thousands. */
function placeOf(row: StoredRow, nowMs: number): string {
  const day = dayOf(row.acceptedAt);
  const isAhead = row.acceptedAt > nowMs + DAY_MS;
  return isAhead || isExpired(day, nowMs, retained) ? OTHER_DAY : day;
}

serveThread({
  start(nowMs: number) {
    makeFolder(folder);
    openDay(OTHER_DAY);
    openDay(dayOf(nowMs));
    // An older version's files are brought up to date now: readers wait for that.
    for (const day of listDayFiles(folder)) {
      if (open.has(day)) continue;
      openDay(day);
      closeDay(day);
    }
  },

  /** @param text - JSON of rows as arrays; cheaper to send than objects */
  write(text: string): StoreReport {
    const rows = (JSON.parse(text) as unknown[][]).map(
      (values) =>
        Object.fromEntries(STORED_FIELDS.map((field, at) => [field, values[at] ?? null])) as unknown as StoredRow,
    );
    const nowMs = Date.now();
    let inserted = 0;
    for (const [day, ofDay] of Map.groupBy(rows, (row) => placeOf(row, nowMs)))
      inserted += openDay(day).writer.write(ofDay);
    return { inserted, repeated: rows.length - inserted, rejected: 0 };
  },

  /** Makes tomorrow's file today. @returns the days that are over */
  expired(nowMs: number, retentionDays: number): readonly string[] {
    retained = retentionDays;
    emptyLogs();
    for (const day of daysAround(nowMs, retentionDays).filter((each) => startOfDay(each) <= nowMs + DAY_MS)) {
      if (startOfDay(day) >= startOfDay(dayOf(nowMs))) openDay(day);
    }
    // Files of days that nobody writes any more need not stay open.
    for (const day of open.keys()) {
      if (day !== OTHER_DAY && startOfDay(day) < nowMs - 5 * DAY_MS) closeDay(day);
    }
    expireIn(openDay(OTHER_DAY).database, nowMs - retentionDays * DAY_MS);
    return listDayFiles(folder).filter((day) => day !== OTHER_DAY && isExpired(day, nowMs, retentionDays));
  },

  drop(day: string) {
    fullLogs.delete(day);
    closeDay(day);
    removeDayFile(folder, day);
  },

  forget(options: ForgetOptions): ForgetReport {
    const days = listDayFiles(folder);
    const tied = followTiesAtOnce(options.persons, (question) =>
      days.flatMap((day) => tiesIn(openDay(day).database, options.workspace, question)),
    );
    // Before the days: what is tied to a person goes with their rows.
    if (options.alsoArchived === true && options.isRepeat !== true) {
      addPendingErasureIn(openDay(OTHER_DAY).database, options, tied);
    }
    let rows = 0;
    for (const day of days) {
      const forgotten = forgetIn(openDay(day).database, options, tied);
      if (forgotten > 0) fullLogs.add(day);
      rows += forgotten;
    }
    emptyLogs();
    // The proof outlives the days.
    if (rows > 0 || options.isRepeat !== true) proveIn(openDay(OTHER_DAY).database, options, rows);
    return { rows };
  },

  stop() {
    for (const day of [...open.keys()]) closeDay(day);
  },
});
