import { ENTRY_COLUMNS, ENTRY_ORDER, type JournalEntry, mergeEntries } from './journal-entry.ts';
import type { JournalSource, SqlValue } from './journal-source.ts';
import { type SessionNotice, spansOf } from './session-spans.ts';
import { createValues, limitOf, MAX_LIMIT, type TimeWindow } from './window.ts';

/** Whose notes. */
export type NoteSubject =
  | { readonly sessionId: string }
  | { readonly userId: string }
  | { readonly terminalId: string }
  | { readonly component: string };

export interface NotesQuery {
  readonly subject: NoteSubject;
  readonly window: TimeWindow;
  readonly limit?: number;
}

/** A note or a session notice. */
export interface Note extends JournalEntry {
  /** Whether no later note of the list has the same component and key. */
  readonly isCurrent: boolean;
}

/** Terminals and users of one session that are followed. */
const MAX_TIED = 20;

/** Notes and session notices, newest first. A session's include those that only name a terminal or user that it was tied to. */
export async function readNotes(source: JournalSource, workspace: string, query: NotesQuery): Promise<readonly Note[]> {
  const select = createSelect(source, workspace, query.window);
  const limit = limitOf(query.limit);
  const { subject } = query;
  if ('sessionId' in subject) return markCurrent(await notesOfSession(select, subject.sessionId, limit));
  const column = 'userId' in subject ? 'user_id' : 'terminalId' in subject ? 'terminal_id' : 'component';
  const key = 'userId' in subject ? subject.userId : 'terminalId' in subject ? subject.terminalId : subject.component;
  return markCurrent(
    mergeEntries(await select(`${column} = $1 AND outcome IN ('note', 'session')`, key, limit), limit),
  );
}

type Select = (condition: string, key: SqlValue, limit: number) => ReturnType<JournalSource['select']>;

async function notesOfSession(select: Select, sessionId: string, limit: number): Promise<readonly JournalEntry[]> {
  const own = await select("session_id = $1 AND outcome IN ('note', 'session')", sessionId, limit);
  const notices = mergeEntries(
    await select("session_id = $1 AND outcome = 'session'", sessionId, MAX_LIMIT),
    MAX_LIMIT,
  );
  const tied = await Promise.all([
    ...keysOf(notices, 'terminalId').map((key) => notesOfTied(select, 'terminal_id', key, sessionId)),
    ...keysOf(notices, 'userId').map((key) => notesOfTied(select, 'user_id', key, sessionId)),
  ]);
  const entries = [...mergeEntries(own, limit), ...tied.flat()];
  const distinct = new Map(entries.map((entry) => [`${entry.operationId} ${entry.step}`, entry]));
  return [...distinct.values()]
    .sort((a, b) => b.time - a.time || (a.operationId < b.operationId ? 1 : -1))
    .slice(0, limit);
}

/** Notes without a session that a terminal or user wrote while it belonged to this one. */
async function notesOfTied(select: Select, column: 'terminal_id' | 'user_id', key: string, sessionId: string) {
  const [noticeParts, noteParts] = await Promise.all([
    select(`${column} = $1 AND outcome = 'session' AND session_id IS NOT NULL`, key, MAX_LIMIT),
    select(`${column} = $1 AND outcome = 'note' AND session_id IS NULL`, key, MAX_LIMIT),
  ]);
  const notices: readonly SessionNotice[] = mergeEntries(noticeParts, MAX_LIMIT).map(
    ({ time, sessionId: session }) => ({
      time,
      sessionId: session ?? '',
    }),
  );
  const spans = spansOf(notices, sessionId);
  return mergeEntries(noteParts, MAX_LIMIT).filter(({ time }) =>
    spans.some(({ from, to }) => time >= from && time < to),
  );
}

function createSelect(source: JournalSource, workspace: string, window: TimeWindow): Select {
  return (condition, key, limit) => {
    const { values, add } = createValues();
    add(key); // $1
    const text = `SELECT ${ENTRY_COLUMNS} FROM journal WHERE ${condition} AND workspace = ${add(workspace)}
      AND "time" >= ${add(window.from)} AND "time" < ${add(window.to)} ${ENTRY_ORDER} LIMIT ${limit}`;
    return source.select(text, values);
  };
}

function keysOf(notices: readonly JournalEntry[], field: 'terminalId' | 'userId'): readonly string[] {
  return [...new Set(notices.flatMap((notice) => notice[field] ?? []))].slice(0, MAX_TIED);
}

function markCurrent(entries: readonly JournalEntry[]): readonly Note[] {
  const seen = new Set<string>();
  return entries.map((entry) => {
    const key = JSON.stringify([entry.component, entry.key]);
    const isCurrent = entry.outcome === 'note' && !seen.has(key);
    if (entry.outcome === 'note') seen.add(key);
    return { ...entry, isCurrent };
  });
}
