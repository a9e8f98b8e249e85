import { isJsonObject, type JsonObject } from '../json.ts';
import { AttributeStore } from './attribute-store.ts';
import type { StoredObject } from './objects.ts';
import type { Person } from './person.ts';

/** One entry of a validated `cio_relationships`. */
export interface RelationshipEntry {
  readonly identifiers: JsonObject;
  readonly attributes: JsonObject;
}

export const relationshipEntries = (value: unknown): readonly RelationshipEntry[] =>
  Array.isArray(value)
    ? value.map((entry: JsonObject) => ({
        identifiers: entry.identifiers as JsonObject,
        attributes: isJsonObject(entry.relationship_attributes) ? entry.relationship_attributes : {},
      }))
    : [];

/** Relates the two, or updates what their relationship says. */
export function relate(person: Person, object: StoredObject, attributes: JsonObject, atSeconds: number): void {
  const store = person.relationships.get(object.key) ?? new AttributeStore();
  store.write(attributes, atSeconds);
  person.relationships.set(object.key, store);
  object.people.add(person.cioId);
}

export function unrelate(person: Person, object: StoredObject): void {
  person.relationships.delete(object.key);
  object.people.delete(person.cioId);
}
