import type { RestingDeadLetter } from '@cio-fleet/lanes';
import type { Paint } from '../session/terminal.ts';
import { formatTime } from './duration.ts';
import { printable } from './printable.ts';
import { formatTable } from './table.ts';

const MAX_PERSON = 40;
const MAX_REASON = 24;
const MAX_MESSAGE = 80;

const COLUMNS = [
  { title: 'DEAD-LETTERED' },
  { title: 'ID' },
  { title: 'VERB' },
  { title: 'PERSON' },
  { title: 'REASON' },
  { title: 'MESSAGE' },
] as const;

/** Dead letters as a table. */
export function deadLetterLines(deadLetters: readonly RestingDeadLetter[], paint: Paint): readonly string[] {
  const [title = '', ...lines] = formatTable(COLUMNS, deadLetters.map(row));
  return [paint('bold', title), ...lines];
}

function row({ at, id, name, persons, reason, operations }: RestingDeadLetter): readonly string[] {
  const [first = '-', ...others] = persons;
  const person = others.length === 0 ? first : `${first} and ${others.length} more`;
  const verb = operations.length > 1 ? `${name} of ${operations.length}` : name;
  const message = reason.field === undefined ? reason.message : `${reason.field}: ${reason.message}`;
  return [
    formatTime(at),
    printable(id),
    printable(verb),
    printable(person, MAX_PERSON),
    printable(reason.code, MAX_REASON),
    printable(message, MAX_MESSAGE),
  ];
}

/** A dead letter in JSON. Without payloads: they are personal data. */
export function deadLetterValue({ id, at, name, persons, verbs, reason, operations }: RestingDeadLetter) {
  return {
    id,
    at: Number.isFinite(new Date(at).getTime()) ? new Date(at).toISOString() : null,
    name,
    verbs,
    persons,
    operations: operations.map((operation) => operation.id),
    reason,
  };
}
