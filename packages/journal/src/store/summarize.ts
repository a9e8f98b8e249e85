import { normalizeReason } from '../failure-fingerprint.ts';
import type { JournalOutcome, StoredRow } from '../row.ts';
import { isFirstOccurrence } from '../row-key.ts';
import { DAY_MS, dayOf } from './days.ts';
import { PersonBuckets } from './person-buckets.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** One line of a table of sums: what it is about, then what is added. */
export type SummaryRow = readonly (string | number)[];

/** What rows add to the tables of sums, each sorted by key, so that two writers never wait for each other in a ring. */
export interface Summary {
  /** minute, workspace, source, action, outcome, error code; count, sum and maximum of queued ms */
  readonly rollups: readonly SummaryRow[];
  /** The same by hour. */
  readonly hours: readonly SummaryRow[];
  /** hour, workspace, source, action, name; count */
  readonly names: readonly SummaryRow[];
  /** hour, workspace, fingerprint, action, status, error code, reason; count, first, last, a sample's operation id */
  readonly failures: readonly SummaryRow[];
  /** day, workspace, fingerprint; buckets of persons */
  readonly failurePersons: readonly SummaryRow[];
  /** workspace, person, alias; last day */
  readonly identities: readonly SummaryRow[];
}

/** Sums up rows that were inserted, and only those: then the sums are exact, however often a pack is delivered. */
export function summarize(rows: readonly StoredRow[]): Summary {
  const rollups = new Map<string, [...key: (string | number)[]]>();
  const names = new Map<string, (string | number)[]>();
  const failures = new Map<string, (string | number)[]>();
  const failurePersons = new Map<string, PersonsOfFailure>();
  const identities = new Map<string, SummaryRow>();
  for (const row of rows) {
    addRollup(rollups, row);
    if (row.name !== null && countsAsEvent(row)) addName(names, row);
    if (row.fingerprint !== null) addFailure(failures, failurePersons, row, row.fingerprint);
    addIdentities(identities, row);
  }
  return {
    rollups: sorted(rollups),
    hours: sorted(hoursOf(rollups.values())),
    names: sorted(names),
    failures: sorted(failures),
    failurePersons: sorted(
      new Map([...failurePersons].map(([key, { line, buckets }]) => [key, [...line, buckets.toString()]])),
    ),
    identities: sorted(identities),
  };
}

/** Whom each row is tied to: a session, an anonymous id, the user of a note, or another identity of the person. */
export function aliasesOf(row: StoredRow): readonly string[] {
  const aliases = [...(row.aliases ?? [])];
  if (row.sessionId !== null) aliases.push(`session:${row.sessionId}`);
  if (row.anonymousId !== null) aliases.push(`anonymous:${row.anonymousId}`);
  if (row.userId !== null) aliases.push(`user:${row.userId}`);
  return aliases.filter((alias) => alias !== row.person);
}

function addRollup(rollups: Map<string, (string | number)[]>, row: StoredRow): void {
  const queuedMs = row.queuedMs ?? 0;
  const sums = rollupOf(rollups, row);
  sums[6] = (sums[6] as number) + 1;
  sums[7] = (sums[7] as number) + queuedMs;
  sums[8] = Math.max(sums[8] as number, queuedMs);
}

/** The line of a row. The usual one is there already, and making its text without a list costs half. */
function rollupOf(rollups: Map<string, (string | number)[]>, row: StoredRow): (string | number)[] {
  const minute = floorTo(row.time, MINUTE_MS);
  const { workspace, source, action, outcome, errorCode } = row;
  const text = `${minute}\0${workspace}\0${source ?? ''}\0${action}\0${outcome}\0${errorCode ?? ''}`;
  let line = rollups.get(text);
  if (line === undefined) {
    line = [minute, workspace, source ?? '', action, outcome, errorCode ?? '', 0, 0, 0];
    rollups.set(text, line);
  }
  return line;
}

/** From the lines by minute, which are far fewer than rows. */
function hoursOf(minutes: Iterable<SummaryRow>): Map<string, (string | number)[]> {
  const hours = new Map<string, (string | number)[]>();
  for (const [minute, ...rest] of minutes) {
    const [count, queuedMsSum, queuedMsMax] = rest.slice(5) as [number, number, number];
    const sums = entry(hours, [floorTo(minute as number, HOUR_MS), ...rest.slice(0, 5)], [0, 0, 0]);
    sums[6] = (sums[6] as number) + count;
    sums[7] = (sums[7] as number) + queuedMsSum;
    sums[8] = Math.max(sums[8] as number, queuedMsMax);
  }
  return hours;
}

/** What an operation ends as. */
const FINAL: ReadonlySet<string> = new Set([
  'delivered',
  'dead-lettered',
  'deduplicated',
  'erased',
  'discarded',
] satisfies JournalOutcome[]);

/** An operation counts once, however many attempts it took, and where it ended first: a redrive ends it again. */
function countsAsEvent({ outcome, step }: StoredRow): boolean {
  return FINAL.has(outcome) && isFirstOccurrence(step);
}

function addName(names: Map<string, (string | number)[]>, row: StoredRow): void {
  const key = [floorTo(row.time, HOUR_MS), row.workspace, row.source ?? '', row.action, summedNameOf(row)];
  const sums = entry(names, key, [0]);
  sums[5] = (sums[5] as number) + 1;
}

/** The name of a page is its address, and what follows the path is about who looked at it: in sums nobody would forget it. */
function summedNameOf({ action, name }: StoredRow): string {
  return action === 'page' ? (name ?? '').replace(/[?#].*$/s, '') : (name ?? '');
}

function addFailure(
  failures: Map<string, (string | number)[]>,
  persons: Map<string, PersonsOfFailure>,
  row: StoredRow,
  fingerprint: string,
): void {
  const reason = row.reason === null ? '' : normalizeReason(row.reason);
  const hour = floorTo(row.time, HOUR_MS);
  const key = [hour, row.workspace, fingerprint, row.action, row.status ?? 0, row.errorCode ?? '', reason];
  const sums = entry(failures, key, [0, row.time, row.time, row.operationId]);
  sums[7] = (sums[7] as number) + 1;
  sums[8] = Math.min(sums[8] as number, row.time);
  if (row.time >= (sums[9] as number)) {
    sums[9] = row.time;
    sums[10] = row.operationId;
  }
  const who = row.person ?? row.anonymousId ?? row.sessionId;
  if (who === null) return;
  const line = [floorTo(row.time, DAY_MS), row.workspace, fingerprint];
  const text = keyText(line);
  const found = persons.get(text) ?? { line, buckets: new PersonBuckets() };
  found.buckets.add(who);
  persons.set(text, found);
}

interface PersonsOfFailure {
  readonly line: SummaryRow;
  readonly buckets: PersonBuckets;
}

function addIdentities(identities: Map<string, SummaryRow>, row: StoredRow): void {
  const { person } = row;
  if (person === null) return;
  const day = dayTextOf(row.time);
  for (const alias of aliasesOf(row)) {
    const key = [row.workspace, person, alias];
    identities.set(keyText(key), [...key, day]);
  }
}

function entry(
  map: Map<string, (string | number)[]>,
  key: readonly (string | number)[],
  sums: readonly (string | number)[],
): (string | number)[] {
  const text = keyText(key);
  let line = map.get(text);
  if (line === undefined) {
    line = [...key, ...sums];
    map.set(text, line);
  }
  return line;
}

/** No cleaned text has a NUL; JSON would cost as much as all the rest. */
function keyText(key: SummaryRow): string {
  return key.join('\0');
}

let lastDay = { start: Number.NaN, text: '' };

/** Rows of a batch are mostly of one day, and making its text is dear. */
function dayTextOf(time: number): string {
  const start = floorTo(time, DAY_MS);
  if (start !== lastDay.start) lastDay = { start, text: dayOf(time) };
  return lastDay.text;
}

function sorted(map: ReadonlyMap<string, SummaryRow>): readonly SummaryRow[] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line);
}

function floorTo(timeMs: number, unitMs: number): number {
  return timeMs - (timeMs % unitMs);
}
