import type { JournalEntry, Note, TimelinePage } from '@cio-fleet/journal';
import { listDeadLetters, type RestingDeadLetter, readWaitingOfPerson, type WaitingOperation } from '@cio-fleet/lanes';
import type { Redis } from 'ioredis';
import type { JournalAnswer, Journals } from '../journal/journals.ts';
import { type LookUp, laneKeysOf, lookUpsOf, type PersonQuestion, subjectOf } from './person-question.ts';

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
  readonly deadLetters: readonly RestingDeadLetter[];
}

const DAY_MS = 86_400_000;
const PAGE_ROWS = 100;
/** Dead letters that are looked through for those of one person. */
const MOST_DEAD_LETTERS = 2_000;
const SHOWN_DEAD_LETTERS = 20;

export async function readPerson(
  { redis, journals, workspace }: { readonly redis: Redis; readonly journals: Journals; readonly workspace: string },
  question: PersonQuestion,
): Promise<PersonFindings> {
  const { text, days, after } = question;
  const from = Date.now() - days * DAY_MS;
  let foundBy: PersonFindings['foundBy'];
  let timeline: JournalAnswer<TimelinePage> = { kind: 'answer', value: { rows: [] } };
  for (const by of lookUpsOf(question)) {
    timeline = await journals.ask(workspace, (reader) =>
      reader.timeline({
        subject: subjectOf(by, text),
        window: { from },
        limit: PAGE_ROWS,
        ...(after === undefined ? {} : { after }),
      }),
    );
    if (timeline.kind !== 'answer') break;
    if (timeline.value.rows.length === 0) continue;
    foundBy = by;
    break;
  }
  const rows = timeline.kind === 'answer' ? timeline.value.rows : [];
  const [waiting, deadLetters, notes, forgotten] = await Promise.all([
    readWaiting(redis, workspace, question, rows),
    readDeadLetters(redis, workspace, question, rows),
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
async function readWaiting(
  redis: Redis,
  workspace: string,
  { text, by }: PersonQuestion,
  rows: readonly JournalEntry[],
) {
  const asked = by === 'person' || by === 'auto' ? laneKeysOf(text) : [];
  // A person who is hashed in the journal can't be found in the queues.
  const known = rows.flatMap(({ person }) => (person === null || person.startsWith('h:') ? [] : [person]));
  const persons = [...new Set([...asked, ...known])].slice(0, 5);
  const found = await Promise.all(persons.map((person) => readWaitingOfPerson({ redis, workspace, person })));
  const isMeant = ({ operation }: WaitingOperation) =>
    (by !== 'session' || operation.sessionId === text) &&
    (by !== 'trace' || operation.traceId === text) &&
    (by !== 'operation' || operation.id === text);
  return {
    waiting: found.flatMap(({ operations }) => operations).filter(isMeant),
    sawAllWaiting: found.every(({ isComplete }) => isComplete),
    held: found.reduce((sum, { held }) => sum + held, 0),
  };
}

async function readDeadLetters(
  redis: Redis,
  workspace: string,
  { text, by }: PersonQuestion,
  rows: readonly JournalEntry[],
): Promise<readonly RestingDeadLetter[]> {
  const bounds = { redis, workspace, limit: SHOWN_DEAD_LETTERS, mostLooked: MOST_DEAD_LETTERS };
  const ids = [text, ...rows.flatMap(({ outcome, operationId }) => (outcome === 'dead-lettered' ? operationId : []))];
  const filters = [
    { ids },
    ...(by === 'person' || by === 'auto' ? laneKeysOf(text).map((person) => ({ person })) : []),
  ];
  const pages = await Promise.all(filters.map((filter) => listDeadLetters({ ...bounds, filter })));
  const distinct = new Map(pages.flatMap(({ deadLetters }) => deadLetters).map((each) => [each.id, each]));
  return [...distinct.values()].slice(0, SHOWN_DEAD_LETTERS);
}
