import type { Abuser } from '@cio-fleet/spam-report';
import { formatDuration } from './duration.ts';
import { formatCount } from './numbers.ts';
import { printable } from './printable.ts';
import { type Column, formatTable } from './table.ts';

const COLUMNS: readonly Column[] = [
  { title: 'WHO' },
  { title: 'WHY' },
  { title: 'SINCE', align: 'right' },
  { title: 'REQUESTS', align: 'right' },
  { title: 'OPERATIONS', align: 'right' },
  { title: 'REFUSED', align: 'right' },
  { title: 'LIMITED', align: 'right' },
  { title: 'WRONG KEY', align: 'right' },
  { title: 'TOP NAMES' },
];
const MAX_WHO = 60;
const MAX_NAME = 30;
const SHOWN_NAMES = 3;

/** The abusers as a table. */
export function abuserLines(abusers: readonly Abuser[], nowMs: number): readonly string[] {
  return formatTable(
    COLUMNS,
    abusers.map(({ subject, reasons, sinceMs, totals, topNames }) => [
      printable(subject.replace(':', ' '), MAX_WHO),
      reasons.join(', '),
      `${formatDuration(Math.max(0, nowMs - sinceMs))} ago`,
      ...[totals.requests, totals.operations, totals.refused, totals.limited, totals.unauthorised].map(formatCount),
      topNames
        .slice(0, SHOWN_NAMES)
        .map(({ name, count }) => `${printable(name, MAX_NAME)} (${formatCount(count)})`)
        .join(', '),
    ]),
  );
}
