const LANE_KEY = /^(id|email|phone|cio_id|anonymous_id|object|cio_object_id|delivery):/;

/** The lane key that a person given by an operator means: `email:Ada@Example.com`, `object:1:acme`, or a bare id. */
export function personKey(person: string): string {
  if (person.startsWith('email:')) return person.toLowerCase();
  return LANE_KEY.test(person) ? person : `id:${person}`;
}

/** The lane keys that an operator may mean who types this: a bare address or number is somebody's e-mail or phone, or their id. */
export function personKeys(person: string): readonly string[] {
  const bare = `id:${person}`;
  if (LANE_KEY.test(person)) return [personKey(person)];
  if (person.includes('@')) return [`email:${person.toLowerCase()}`, bare];
  return person.startsWith('+') ? [`phone:${person}`, bare] : [bare];
}
