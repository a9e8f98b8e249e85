import type { Note } from '@cio-fleet/journal';
import { formatTime } from './duration.ts';
import { printable } from './printable.ts';
import { type Column, formatTable } from './table.ts';

const MAX_KEY = 40;
const MAX_VALUE = 80;
const NONE = '-';

const COLUMNS: readonly Column[] = [
  { title: 'TIME' },
  { title: 'KEY' },
  { title: 'VALUE' },
  { title: 'CURRENT' },
  { title: 'COMPONENT' },
  { title: 'SESSION' },
  { title: 'USER' },
  { title: 'TERMINAL' },
];

/** Notes and session notices, one on each line. */
export function noteLines(notes: readonly Note[]): readonly string[] {
  return formatTable(COLUMNS, notes.map(cellsOf));
}

function cellsOf(note: Note): readonly string[] {
  const { time, outcome, key, value, isCurrent, component, sessionId, userId, terminalId } = note;
  return [
    formatTime(time),
    outcome === 'session' ? '(session)' : shown(key),
    value === null ? NONE : printable(value, MAX_VALUE),
    isCurrent ? 'yes' : NONE,
    ...[component, sessionId, userId, terminalId].map(shown),
  ];
}

function shown(text: string | null): string {
  return text === null ? NONE : printable(text, MAX_KEY);
}
