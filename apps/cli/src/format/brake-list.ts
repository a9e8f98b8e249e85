import type { BrakeFilter } from '@cio-fleet/contracts';
import type { BrakeState } from '@cio-fleet/lanes';
import { formatDuration, formatTime } from './duration.ts';
import { formatCount } from './numbers.ts';
import { printable } from './printable.ts';
import { type Column, formatTable } from './table.ts';

const COLUMNS: readonly Column[] = [
  { title: 'BRAKE' },
  { title: 'KIND' },
  { title: 'STOPPED', align: 'right' },
  { title: 'AGE', align: 'right' },
  { title: 'BY' },
  { title: 'WHAT' },
];
const MAX_NAME = 40;

/** The brakes as a table. */
export function brakeLines(brakes: readonly BrakeState[], nowMs: number): readonly string[] {
  return formatTable(
    COLUMNS,
    brakes.map(({ id, kind, stopped, at, by, filter, reason }) => [
      id,
      kind,
      formatCount(stopped),
      formatDuration(nowMs - at),
      printable(by, MAX_NAME),
      describeFilter(filter) + (reason === undefined ? '' : ` (${printable(reason, 2 * MAX_NAME)})`),
    ]),
  );
}

/** What a filter means: `name Order Placed, source shop, accepted before 2026-01-31 08:15:00Z`. */
export function describeFilter({ name, verb, source, person, since, until }: BrakeFilter): string {
  const facts = [
    ...(name === undefined ? [] : [`name ${printable(name, MAX_NAME)}`]),
    ...(verb === undefined ? [] : [`verb ${printable(verb, MAX_NAME)}`]),
    ...(source === undefined ? [] : [`source ${printable(source, MAX_NAME)}`]),
    ...(person === undefined ? [] : [`person ${printable(person, MAX_NAME)}`]),
    ...(since === undefined ? [] : [`accepted since ${formatTime(since)}`]),
    ...(until === undefined ? [] : [`accepted before ${formatTime(until)}`]),
  ];
  return facts.join(', ');
}
