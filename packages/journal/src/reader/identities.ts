import { followTiesIn, MAX_OWNERS, type Tie, type TieQuestion } from '../store/follow-ties.ts';
import { sortAliases } from '../store/forgotten.ts';
import type { JournalSource } from './journal-source.ts';
import { createValues } from './window.ts';

/** Under which keys somebody's rows may be. */
export interface Identities {
  readonly persons: readonly string[];
  readonly sessions: readonly string[];
  readonly anonymous: readonly string[];
  readonly users: readonly string[];
}

const KEYED = /^(id|email|phone|cio_id|object|cio_object_id|delivery|invite|h):/;
const ANONYMOUS = 'anonymous_id:';

/** The lane keys that somebody may mean who types `person`. */
function candidatesOf(person: string): readonly string[] {
  const text = person.trim();
  if (/^email:/.test(text)) return [text.toLowerCase()];
  if (KEYED.test(text)) return [text];
  if (text.includes('@')) return [`email:${text.toLowerCase()}`, `id:${text}`];
  if (text.startsWith('+')) return [`phone:${text}`, `id:${text}`];
  return [`id:${text}`, `cio_id:${text}`];
}

/** The keys under which the journal may have somebody, hashed where it hashes. A hash is taken as it is. */
export function keysOfPerson(person: string, cloak: (identity: string) => string): readonly string[] {
  const text = person.trim();
  // Nobody's key, but an alias.
  if (text.startsWith(ANONYMOUS)) return [`anonymous:${cloak(text.slice(ANONYMOUS.length))}`];
  return candidatesOf(person).map((each) => (each.startsWith('h:') ? each : cloak(each)));
}

/** Answers which ties there are. The same tie may come twice. */
export type FindTies = (question: TieQuestion) => Promise<readonly Tie[]>;

/** All keys that an erasure would forget: by the ties of a person, up to whose it is, then down. Who is anonymous has no ties of their own. */
export async function findIdentities(findTies: FindTies, asked: readonly string[]): Promise<Identities> {
  const { persons, aliases } = await followTiesIn(asked, findTies);
  return { persons, ...sortAliases(aliases) };
}

/** How many ties of each key an answer needs: of owners one more than count. @param most - of what is theirs */
export function tiesOfEach({ column }: TieQuestion, most: number): number {
  return column === 'alias' ? MAX_OWNERS + 1 : most;
}

/** Ties that a journal has. @param most - of each person, other identities first, then the latest. @defaultValue all */
export function tiesIn(source: JournalSource, workspace: string, most = Number.MAX_SAFE_INTEGER): FindTies {
  return async (question) => {
    const { column, keys } = question;
    const { values, add, list } = createValues();
    const text = `SELECT person, alias FROM (
        SELECT person, alias, ROW_NUMBER() OVER (PARTITION BY ${column} ORDER BY alias LIKE 'session:%', last_day DESC, alias) AS n
        FROM journal_identities WHERE workspace = ${add(workspace)} AND ${column} IN ${list(keys)}
      ) AS ties WHERE n <= ${tiesOfEach(question, most)}`;
    const parts = await source.select(text, values);
    return parts.flat() as unknown as readonly Tie[];
  };
}
