import { traceIdOf } from '@cio-fleet/contracts';
import { toUuid } from '../row-key.ts';
import { cursorOf, type Position, readCursor } from './cursor.ts';
import { type FindTies, findIdentities, keysOfPerson, tiesIn } from './identities.ts';
import { ENTRY_COLUMNS, ENTRY_ORDER, type JournalEntry, mergeEntries } from './journal-entry.ts';
import type { JournalSource, SqlRow, SqlValue } from './journal-source.ts';
import { createValues, limitOf, type TimeWindow, windowOf } from './window.ts';

/** Whose rows, or rows of what. */
export type Subject =
  /** As a lane key (`id:42`), or as somebody types it (`42`, `ada@example.com`). Rows of tied sessions and anonymous ids come along. */
  | { readonly person: string }
  | { readonly operationId: string }
  | { readonly sessionId: string }
  | { readonly traceId: string }
  /** Failures of one group. */
  | { readonly fingerprint: string };

export interface TimelineQuery {
  readonly subject: Subject;
  /** @defaultValue the last 24 hours */
  readonly window?: Partial<TimeWindow>;
  /** `next` of the page before. */
  readonly after?: string;
  /** Rows of a page, at most 500. @defaultValue 100 */
  readonly limit?: number;
}

export interface TimelinePage {
  /** Newest first. */
  readonly rows: readonly JournalEntry[];
  /** Absent on the last page. */
  readonly next?: string;
}

export interface TimelineContext {
  readonly source: JournalSource;
  readonly workspace: string;
  readonly cloak: (identity: string) => string;
  readonly nowMs: number;
}

/** One condition per query, each with an index that gives its rows in order: an OR would sort all rows of a busy person. */
export interface Branch {
  readonly column: string;
  readonly keys: readonly SqlValue[];
  readonly onlyOfNobody?: boolean;
}

/** Ties that a page reads of each person, and keys of a kind that it looks for. */
export const MAX_TIES = 200;
/** Identities that a page looks for, each in a query of its own. */
const MAX_PERSONS = 10;

export async function readTimeline(context: TimelineContext, query: TimelineQuery): Promise<TimelinePage> {
  const limit = limitOf(query.limit);
  const window = windowOf(query.window, context.nowMs);
  const after = query.after === undefined ? undefined : readCursor(query.after);
  const findTies = tiesIn(context.source, context.workspace, MAX_TIES);
  const branches = await branchesOf(query.subject, context.cloak, findTies);
  return pageOf(await selectBranches(context, branches, { window, after, limit: limit + 1 }), limit);
}

/** @param parts - of one row more than the page has, where there are more */
export function pageOf(parts: readonly (readonly SqlRow[])[], limit: number): TimelinePage {
  const rows = mergeEntries(parts, limit + 1);
  const last = rows[limit - 1];
  if (rows.length <= limit || last === undefined) return { rows };
  return { rows: rows.slice(0, limit), next: cursorOf(last) };
}

/** Under which keys the rows of a subject are. */
export async function branchesOf(
  subject: Subject,
  cloak: TimelineContext['cloak'],
  findTies: FindTies,
): Promise<readonly Branch[]> {
  if ('operationId' in subject) return [{ column: 'operation_id', keys: [toUuid(subject.operationId)] }];
  if ('sessionId' in subject) return [{ column: 'session_id', keys: [subject.sessionId] }];
  if ('traceId' in subject) return [{ column: 'trace_id', keys: [traceIdOf(subject.traceId)] }];
  if ('fingerprint' in subject) return [{ column: 'fingerprint', keys: [subject.fingerprint] }];
  if (subject.person.startsWith('anonymous_id:')) {
    return [{ column: 'anonymous_id', keys: [cloak(subject.person.slice('anonymous_id:'.length))] }];
  }
  const candidates = keysOfPerson(subject.person, cloak);
  const found = await findIdentities(findTies, candidates);
  const tied: readonly Branch[] = [
    { column: 'session_id', keys: found.sessions.slice(0, MAX_TIES), onlyOfNobody: true },
    { column: 'anonymous_id', keys: found.anonymous.slice(0, MAX_TIES), onlyOfNobody: true },
    { column: 'user_id', keys: found.users.slice(0, MAX_TIES), onlyOfNobody: true },
  ];
  return [
    ...found.persons.slice(0, MAX_PERSONS).map((person) => ({ column: 'person', keys: [person] })),
    ...tied.filter(({ keys }) => keys.length > 0),
  ];
}

/** Which of the rows of a branch. */
export interface Slice {
  readonly window: TimeWindow;
  readonly after: Position | undefined;
  readonly limit: number;
}

/** The rows of each branch in each part of the journal, newest first. */
export async function selectBranches(
  { source, workspace }: Pick<TimelineContext, 'source' | 'workspace'>,
  branches: readonly Branch[],
  slice: Slice,
): Promise<readonly (readonly SqlRow[])[]> {
  const queries = branches.map((branch) => branchQuery(workspace, branch, slice));
  return (await Promise.all(queries.map(({ text, values }) => source.select(text, values)))).flat();
}

/** The query for a branch, from the table `journal`. */
export function branchQuery(workspace: string, branch: Branch, { window, after, limit }: Slice) {
  const { values, add, list } = createValues();
  const [only] = branch.keys;
  const conditions = [
    branch.keys.length === 1 && only !== undefined
      ? `${branch.column} = ${add(only)}`
      : `${branch.column} IN ${list(branch.keys)}`,
    `workspace = ${add(workspace)}`,
    `"time" >= ${add(window.from)}`,
    `"time" < ${add(window.to)}`,
  ];
  if (branch.onlyOfNobody) conditions.push('person IS NULL');
  if (after !== undefined) {
    // The first of these lets the index skip; the second is exact.
    conditions.push(`"time" <= ${add(after.time)}`);
    conditions.push(
      `("time", operation_id, step) < (${add(after.time)}, ${add(after.operationId)}, ${add(after.step)})`,
    );
  }
  const text = `SELECT ${ENTRY_COLUMNS} FROM journal WHERE ${conditions.join(' AND ')} ${ENTRY_ORDER} LIMIT ${limit}`;
  return { text, values };
}
