import { personOfPath } from '@cio-fleet/contracts';
import { firstGiven, type Message, members } from './message.ts';

const DEFAULT_OBJECT_TYPE = '1';

/** One identifier of a person, which may still be refused. */
export type Identifiers = Readonly<Record<string, unknown>>;

/**
 * The person that an id means: `cio_…` is a cio_id, what looks like an e-mail address is one, all else is an id. Customer.io tells
 * them apart by their shape the same way.
 */
export function personOfId(id: unknown): Identifiers | undefined {
  if (id === undefined) return undefined;
  return typeof id === 'string' ? personOfPath(id) : { id };
}

/** The known person of a message; undefined without `userId`. */
export function knownPerson({ userId }: Message): Identifiers | undefined {
  return personOfId(userId);
}

/** The anonymous person of a message; undefined without `anonymousId`. */
export function anonymousPerson({ anonymousId }: Message): Identifiers | undefined {
  return anonymousId === undefined ? undefined : { anonymous_id: anonymousId };
}

/** The object of a group message: its `groupId`, of the type that the traits, the message or its context name, else 1. */
export function groupObject({ groupId, traits, objectTypeId, context }: Message): Identifiers {
  const { object_type_id, objectTypeId: ofTraits } = members(traits);
  return objectOf(groupId, firstGiven(object_type_id, ofTraits, objectTypeId, context.objectTypeId));
}

/** The object that the properties of a semantic event name. */
export function namedObject({ properties }: Message): Identifiers {
  const { objectId, object_type_id, objectTypeId } = members(properties);
  return objectOf(firstGiven(objectId), firstGiven(object_type_id, objectTypeId));
}

/** An object by id and type. */
export function objectOf(id: unknown, typeId: unknown): Identifiers {
  return { object_type_id: typeId ?? DEFAULT_OBJECT_TYPE, object_id: id };
}
