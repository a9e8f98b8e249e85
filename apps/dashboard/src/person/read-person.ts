import type { JournalEntry, Note, TimelinePage } from '@cio-fleet/journal';
import { personKeys, readWaitingOfPerson, type WaitingOperation } from '@cio-fleet/lanes';
import type { Redis } from 'ioredis';
import type { RestingDeadLetters, RestingOutline } from '../fleet/resting-dead-letters.ts';
import type { JournalAnswer, Journals } from '../journal/journals.ts';
import { isAskedFor, type LookUp, lookUpsOf, type PersonQuestion, subjectOf } from './person-question.ts';

/** What the fleet knows about a person, session, trace or operation. */
export interface PersonFindings {
  /** By what something was found; undefined: nothing in the journal. */
  readonly foundBy: Exclude<LookUp, 'auto'> | undefined;
  readonly timeline: JournalAnswer<TimelinePage>;
  /** Of a session. */
  readonly notes: readonly Note[];
  /** When the person's payloads or rows were removed. */
  readonly forgotten: readonly { readonly at: number; readonly what: 'payloads' | 'rows' }[];
  readonly waiting: readonly WaitingOperation[];
  /** False: there may be more that waits. */
  readonly sawAllWaiting: boolean;
  /** Operations in fallback that hold the person's later ones. */
  readonly held: number;
  readonly deadLetters: readonly RestingOutline[];
}

const DAY_MS = 86_400_000;
const PAGE_ROWS = 100;
const SHOWN_DEAD_LETTERS = 20;

export interface PersonParts {
  readonly redis: Redis;
  readonly journals: Journals;
  readonly resting: RestingDeadLetters;
  readonly workspace: string;
}

export async function readPerson(
  { redis, journals, resting, workspace }: PersonParts,
  question: PersonQuestion,
): Promise<PersonFindings> {
  const { text, days, after } = question;
  const from = Date.now() - days * DAY_MS;
  let foundBy: PersonFindings['foundBy'];
  let timeline: JournalAnswer<TimelinePage> = { kind: 'answer', value: { rows: [] }, lagMs: 0 };
  for (const by of lookUpsOf(question)) {
    const subject = subjectOf(by, text);
    const query = { subject, window: { from }, limit: PAGE_ROWS, ...(after === undefined ? {} : { after }) };
    timeline = question.archive
      ? await journals.askArchive(workspace, (reader) => reader.timeline(query))
      : await journals.ask(workspace, (reader) => reader.timeline(query));
    if (timeline.kind !== 'answer') break;
    if (timeline.value.rows.length === 0) continue;
    foundBy = by;
    break;
  }
  const rows = timeline.kind === 'answer' ? timeline.value.rows : [];
  const [waiting, deadLetters, notes, forgotten] = await Promise.all([
    readWaiting(redis, workspace, question, rows),
    resting.newest(workspace).then((all) => deadLettersOf(all, question, rows)),
    foundBy === 'session' || question.by === 'session'
      ? journals.ask(workspace, (reader) => reader.notes({ subject: { sessionId: text }, window: { from } }))
      : undefined,
    foundBy === 'person' || foundBy === undefined
      ? journals.ask(workspace, (reader) => reader.forgotten(text))
      : undefined,
  ]);
  return {
    foundBy,
    timeline,
    notes: notes?.kind === 'answer' ? notes.value : [],
    forgotten: forgotten?.kind === 'answer' ? forgotten.value : [],
    deadLetters,
    ...waiting,
  };
}

/** What waits of whoever is meant: of everybody in the rows where it isn't a person that was asked for. */
async function readWaiting(redis: Redis, workspace: string, question: PersonQuestion, rows: readonly JournalEntry[]) {
  const { text, by } = question;
  const asked = by === 'person' || by === 'auto' ? personKeys(text) : [];
  // A person who is hashed in the journal can't be found in the queues.
  const known = rows.flatMap(({ person }) => (person === null || person.startsWith('h:') ? [] : [person]));
  const persons = [...new Set([...asked, ...known])].slice(0, 5);
  const found = await Promise.all(persons.map((person) => readWaitingOfPerson({ redis, workspace, person })));
  const waiting = found.flatMap(({ operations }) => operations);
  return {
    waiting: waiting.filter(({ operation }) => isAskedFor(question, operation)),
    sawAllWaiting: found.every(({ isComplete }) => isComplete),
    held: found.reduce((sum, { held }) => sum + held, 0),
  };
}

/** Those of the person, and those of the operations that were found. */
function deadLettersOf(
  all: readonly RestingOutline[],
  { text, by }: PersonQuestion,
  rows: readonly JournalEntry[],
): readonly RestingOutline[] {
  const dead = rows.flatMap(({ outcome, operationId }) => (outcome === 'dead-lettered' ? operationId : []));
  const ids = new Set([text, ...dead]);
  const persons = by === 'person' || by === 'auto' ? personKeys(text) : [];
  const isMeant = ({ id, operations, persons: own }: RestingOutline) =>
    ids.has(id) || operations.some((operation) => ids.has(operation.id)) || persons.some((each) => own.includes(each));
  return all.filter(isMeant).slice(0, SHOWN_DEAD_LETTERS);
}
