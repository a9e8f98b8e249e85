const LANE_KEY = /^(id|email|phone|cio_id|anonymous_id|object|cio_object_id|delivery):/;

/** The lane key that a person given by an operator means: `email:Ada@Example.com`, `object:1:acme`, or a bare id. */
export function personKey(person: string): string {
  if (person.startsWith('email:')) return person.toLowerCase();
  return LANE_KEY.test(person) ? person : `id:${person}`;
}
