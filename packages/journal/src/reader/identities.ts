import { isPersonKey, type Tie } from '../store/follow-ties.ts';
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

const MAX_PERSONS = 10;
/** Ties that one question gives. */
export const MAX_TIES = 200;
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

/** Ties whose person, or whose alias, is one of the keys. */
export type FindTies = (column: 'person' | 'alias', keys: readonly string[]) => Promise<readonly Tie[]>;

/** All keys that the journal ties to a person, directly or as another identity of theirs. Who is anonymous has no ties of their own. */
export async function findIdentities(findTies: FindTies, asked: readonly string[]): Promise<Identities> {
  const candidates = asked.filter(isPersonKey);
  if (candidates.length === 0) return { persons: [], ...sortAliases(asked) };
  const [owners, first] = await Promise.all([findTies('alias', candidates), findTies('person', candidates)]);
  const others = [...owners.map(({ person }) => person), ...first.map(({ alias }) => alias).filter(isPersonKey)];
  const persons = [...new Set([...candidates, ...others])].slice(0, MAX_PERSONS);
  const unread = persons.filter((person) => !candidates.includes(person));
  const more = unread.length === 0 ? [] : await findTies('person', unread);
  const aliases = [...new Set([...first, ...more].map(({ alias }) => alias))];
  const known = [...new Set([...persons, ...aliases.filter(isPersonKey)])].slice(0, MAX_PERSONS);
  return { persons: known, ...sortAliases(aliases) };
}

/** Ties that a journal has. */
export function tiesIn(source: JournalSource, workspace: string): FindTies {
  return async (column, keys) => {
    const { values, add, list } = createValues();
    const text = `SELECT person, alias FROM journal_identities WHERE workspace = ${add(workspace)} AND ${column} IN ${list(keys)}
      ORDER BY last_day DESC, alias LIMIT ${MAX_TIES}`;
    const parts = await source.select(text, values);
    return parts.flat().slice(0, MAX_TIES) as unknown as readonly Tie[];
  };
}
