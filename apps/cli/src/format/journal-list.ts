import type { FailureGroup, JournalEntry, SourceReport } from '@cio-fleet/journal';
import type { LiveOutcome } from '@cio-fleet/lanes';
import { formatDuration, formatTime } from './duration.ts';
import { formatCount } from './numbers.ts';
import { printable } from './printable.ts';
import { type Column, formatTable } from './table.ts';

const MAX_NAME = 40;
const MAX_REASON = 80;
const NONE = '-';

const ENTRY_COLUMNS: readonly Column[] = [
  { title: 'TIME' },
  { title: 'OUTCOME' },
  { title: 'ACTION' },
  { title: 'NAME' },
  { title: 'SOURCE' },
  { title: 'ATTEMPTS', align: 'right' },
  { title: 'AFTER', align: 'right' },
  { title: 'OPERATION' },
  { title: 'WHY' },
];

/** The rows of a timeline. */
export function entryLines(entries: readonly JournalEntry[], showsPayload: boolean): readonly string[] {
  const table = formatTable(ENTRY_COLUMNS, entries.map(entryCells));
  if (!showsPayload) return table;
  const [title = '', ...lines] = table;
  return [title, ...lines.flatMap((line, index) => [line, ...payloadLine(entries[index])])];
}

function payloadLine(entry: JournalEntry | undefined): readonly string[] {
  const payload = entry?.payload ?? entry?.value;
  return payload === null || payload === undefined ? [] : [`  ${printable(payload)}`];
}

function entryCells(entry: JournalEntry): readonly string[] {
  const { time, outcome, action, name, key, source, attempts, queuedMs, operationId } = entry;
  return [
    formatTime(time),
    outcome,
    printable(action),
    printable(name ?? key ?? NONE, MAX_NAME),
    printable(source ?? entry.component ?? NONE, MAX_NAME),
    attempts === null ? NONE : String(attempts),
    queuedMs === null ? NONE : formatDuration(queuedMs),
    operationId,
    whyOf(entry),
  ];
}

/** Status, code and reason of what went wrong. */
function whyOf({
  status,
  errorCode,
  reason,
}: {
  readonly status?: number | null;
  readonly errorCode?: string | null;
  readonly reason?: string | null;
}): string {
  const parts = [status, errorCode, reason].filter((part) => part !== null && part !== undefined && part !== '');
  return parts.length === 0 ? NONE : printable(parts.join(' '), MAX_REASON);
}

const GROUP_COLUMNS: readonly Column[] = [
  { title: 'COUNT', align: 'right' },
  { title: 'PERSONS', align: 'right' },
  { title: 'FIRST' },
  { title: 'LAST' },
  { title: 'ACTION' },
  { title: 'GROUP' },
  { title: 'SAMPLE' },
  { title: 'WHY' },
];

/** Failures in groups. */
export function groupLines(groups: readonly FailureGroup[]): readonly string[] {
  return formatTable(
    GROUP_COLUMNS,
    groups.map((group) => [
      formatCount(group.count),
      formatCount(group.persons),
      formatTime(group.firstAt),
      formatTime(group.lastAt),
      printable(group.action),
      group.fingerprint,
      group.samples[0] ?? NONE,
      whyOf({ ...group, status: group.status === 0 ? null : group.status }),
    ]),
  );
}

const SOURCE_COLUMNS: readonly Column[] = [
  { title: 'SOURCE' },
  { title: 'DELIVERED', align: 'right' },
  { title: 'DEAD-LETTERED', align: 'right' },
  { title: 'FAILED', align: 'right' },
  { title: 'AVERAGE', align: 'right' },
  { title: 'SLOWEST', align: 'right' },
  { title: 'ERRORS' },
  { title: 'TOP NAMES' },
];
const SHOWN = 3;

/** Services and how they fare. */
export function sourceLines(sources: readonly SourceReport[]): readonly string[] {
  return formatTable(
    SOURCE_COLUMNS,
    sources.map(({ source, outcomes, errors, averageQueuedMs, maxQueuedMs, topNames }) => [
      source === '' ? '(none)' : printable(source, MAX_NAME),
      ...[outcomes.delivered, outcomes['dead-lettered'], outcomes.failed].map((count) => formatCount(count ?? 0)),
      formatDuration(averageQueuedMs),
      formatDuration(maxQueuedMs),
      countsOf(Object.entries(errors)),
      countsOf(topNames.map(({ name, count }) => [name, count])),
    ]),
  );
}

function countsOf(counts: readonly (readonly [string, number])[]): string {
  const largest = counts.toSorted(([, a], [, b]) => b - a).slice(0, SHOWN);
  return largest.map(([name, count]) => `${printable(name, MAX_NAME)} (${formatCount(count)})`).join(', ') || NONE;
}

/** One line of the tail. */
export function outcomeLine(outcome: LiveOutcome): string {
  const { time, action, name, person, source, queuedMs } = outcome;
  return [
    formatTime(time),
    printable(outcome.outcome),
    printable(action),
    printable(name ?? NONE, MAX_NAME),
    printable(person ?? NONE, MAX_NAME),
    printable(source ?? NONE, MAX_NAME),
    queuedMs === undefined ? NONE : formatDuration(queuedMs),
    outcome.operationId,
    whyOf(outcome),
  ].join('  ');
}
