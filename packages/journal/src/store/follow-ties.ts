/** That an alias belongs to a person. */
export interface Tie {
  readonly person: string;
  readonly alias: string;
}

/** Ties whose person, or whose alias, is one of the keys. */
export interface TieQuestion {
  readonly column: 'person' | 'alias';
  readonly keys: readonly string[];
}

/** Everything that is one with those who were asked for. */
export interface Tied {
  /** Keys of persons, the asked ones first. */
  readonly persons: readonly string[];
  /** Their sessions, anonymous ids and users, `session:…`, `anonymous:…`, `user:…`. */
  readonly aliases: readonly string[];
}

/** What more persons claim is nobody's own: an address that a whole shop shares must not make them one. */
export const MAX_OWNERS = 10;

/**
 * Follows ties until nothing is new: from the persons that were asked for up to whose it is, then down to all that is theirs. Not up again from there, for a
 * session or an address that somebody else has, too, makes them no more than neighbours. Asks, and is told, because one store answers
 * at once and the others don't.
 *
 * @param reached - what ties of another store have led to: from there only down, for the same reason
 */
function* followTies(
  asked: readonly string[],
  reached: readonly string[],
): Generator<TieQuestion, Tied, readonly Tie[]> {
  const persons = new Set(asked.filter(isPersonKey));
  // An anonymous id alone is nobody's: whose it became is another one to forget.
  const aliases = new Set([...asked, ...reached].filter((key) => !isPersonKey(key)));
  const addNew = (keys: readonly string[]) => {
    const fresh = [...new Set(keys)].filter((key) => !persons.has(key));
    for (const key of fresh) persons.add(key);
    return fresh;
  };
  for (let keys: readonly string[] = [...persons]; keys.length > 0; ) {
    const ties = Map.groupBy(yield { column: 'alias', keys }, ({ alias }) => alias);
    // The same tie may be told twice, by files of two days or by the journal and its archive.
    const owners = [...ties.values()].map((ofAlias) => new Set(ofAlias.map(({ person }) => person)));
    keys = addNew(owners.flatMap((ofAlias) => (ofAlias.size > MAX_OWNERS ? [] : [...ofAlias])));
  }
  addNew(reached.filter(isPersonKey));
  for (let keys: readonly string[] = [...persons]; keys.length > 0; ) {
    const found = (yield { column: 'person', keys }).map(({ alias }) => alias);
    for (const alias of found) if (!isPersonKey(alias)) aliases.add(alias);
    keys = addNew(found.filter(isPersonKey));
  }
  return { persons: [...persons], aliases: [...aliases] };
}

/** Answers of a store that takes its time. */
export async function followTiesIn(
  asked: readonly string[],
  answer: (question: TieQuestion) => Promise<readonly Tie[]>,
  reached: readonly string[] = [],
): Promise<Tied> {
  const following = followTies(asked, reached);
  let step = following.next();
  while (step.done !== true) step = following.next(await answer(step.value));
  return step.value;
}

/** The same of one that answers at once. */
export function followTiesAtOnce(asked: readonly string[], answer: (question: TieQuestion) => readonly Tie[]): Tied {
  const following = followTies(asked, []);
  let step = following.next();
  while (step.done !== true) step = following.next(answer(step.value));
  return step.value;
}

/** Whether an alias is another identity of the person, and not a session, an anonymous id or a user. */
export function isPersonKey(alias: string): boolean {
  return !/^(session|anonymous|user):/.test(alias);
}
