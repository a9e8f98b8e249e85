import type { JsonObject } from './json.ts';
import type { Identifier } from './state/identifier.ts';
import type { Device, Person, StoredEvent } from './state/person.ts';
import type { Workspace } from './state/workspace.ts';

/** A person as `GET /_sim/people/:id` shows it. */
export interface PersonReading {
  /** Those that are set of `id`, `email`, `phone`, `cio_id`. */
  readonly identifiers: Readonly<Record<string, string>>;
  /** What was sent as attributes and not removed. */
  readonly attributes: JsonObject;
  readonly devices: readonly Device[];
  /** The most recent ones, oldest first. */
  readonly events: readonly StoredEvent[];
  /** All events ever recorded for the person. */
  readonly eventCount: number;
  readonly relationships: readonly JsonObject[];
  readonly segments: readonly string[];
  /** True when the identifiers are suppressed; then there is nothing else to show. */
  readonly suppressed: boolean;
}

/** Finds a person by whatever the value may be: an id, an e-mail address, a phone number, or a `cio_id`. */
export function readPerson(workspace: Workspace, value: string): PersonReading | undefined {
  const candidates: readonly Identifier[] = [
    { kind: 'id', value },
    { kind: 'email', value },
    { kind: 'phone', value },
    { kind: 'cio_id', value: value.replace(/^cio_/, '') },
  ];
  for (const candidate of candidates) {
    const person = workspace.people.find(candidate);
    if (person !== undefined) return describe(workspace, person);
  }
  for (const candidate of candidates) {
    const group = workspace.suppressions.groupOf(candidate);
    if (group !== undefined) return describeSuppressed(group);
  }
  return undefined;
}

function describe(workspace: Workspace, person: Person): PersonReading {
  const { id, email, phone, cioId } = person;
  return {
    identifiers: { ...(id && { id }), ...(email && { email }), ...(phone && { phone }), cio_id: cioId },
    attributes: person.attributes.toObject(),
    devices: [...person.devices.values()],
    events: [...person.events],
    eventCount: person.eventCount,
    relationships: [...person.relationships].map(([key, attributes]) => ({
      object_type_id: workspace.objects.byKey(key)?.typeId,
      object_id: workspace.objects.byKey(key)?.objectId,
      attributes: attributes.toObject(),
    })),
    segments: [...person.segments],
    suppressed: false,
  };
}

const describeSuppressed = (group: readonly Identifier[]): PersonReading => ({
  identifiers: Object.fromEntries(group.map(({ kind, value }) => [kind, value])),
  attributes: {},
  devices: [],
  events: [],
  eventCount: 0,
  relationships: [],
  segments: [],
  suppressed: true,
});

/** An object as `GET /_sim/objects/:type/:id` shows it. */
export interface ObjectReading {
  readonly identifiers: Readonly<Record<string, string>>;
  readonly attributes: JsonObject;
  /** The `cio_id` of each related person. */
  readonly people: readonly string[];
}

export function readObject(workspace: Workspace, typeId: string, objectId: string): ObjectReading | undefined {
  const object = workspace.objects.find({ object_type_id: typeId, object_id: objectId });
  if (object === undefined) return undefined;
  return {
    identifiers: { object_type_id: typeId, object_id: objectId, cio_object_id: object.cioObjectId },
    attributes: object.attributes.toObject(),
    people: [...object.people],
  };
}
