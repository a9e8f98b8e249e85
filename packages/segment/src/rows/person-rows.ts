import type { OperationDraft } from '@cio-fleet/contracts';
import { personAttributes, personTraits, relationshipAttributes } from '../attributes.ts';
import type { MappingRow } from '../mapping-row.ts';
import { firstGiven, type Message, members } from '../message.ts';
import { type Identifiers, knownPerson, objectOf, personOfId } from '../subjects.ts';

/** Who somebody is. */
export const PERSON_ROWS: readonly MappingRow[] = [
  {
    name: 'identify',
    takes: '`identify` with `userId`',
    gives:
      'person `identify`: `traits` as attributes, `createdAt` as `created_at`, `anonymousId` as `anonymous_id`; related to the object of `traits.objectId`',
    fits: ({ type, userId }) => type === 'identify' && userId !== undefined,
    map: (message) => [identify(message, knownPerson(message))],
  },
  {
    name: 'identify by e-mail',
    takes: '`identify` without `userId`, with `traits.email`',
    gives: 'the same `identify` of the e-mail address',
    fits: ({ type }) => type === 'identify',
    map: (message) => [identify(message, personOfEmail(message))],
  },
  {
    name: 'alias',
    takes: '`alias` with `userId` and `previousId`',
    gives: 'person `merge`: the person of `previousId` into that of `userId`',
    fits: ({ type }) => type === 'alias',
    map: (message) => [
      { type: 'person', action: 'merge', primary: knownPerson(message), secondary: personOfId(message.previousId) },
    ],
  },
];

function identify(message: Message, identifiers: Identifiers | undefined): OperationDraft {
  const { timestamp } = message;
  const attributes = personAttributes(message);
  const related = relatedObject(message);
  return { type: 'person', action: 'identify', identifiers, timestamp, attributes, cio_relationships: related };
}

function personOfEmail(message: Message): Identifiers | undefined {
  const email = firstGiven(members(personTraits(message)).email);
  return email === undefined ? undefined : { email };
}

function relatedObject(message: Message): readonly object[] | undefined {
  const traits = members(personTraits(message));
  const { objectId, object_type_id, objectTypeId } = traits;
  const id = firstGiven(objectId);
  if (id === undefined) return undefined;
  const identifiers = objectOf(id, firstGiven(object_type_id, objectTypeId));
  return [{ identifiers, relationship_attributes: relationshipAttributes(traits) }];
}
