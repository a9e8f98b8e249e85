import type { OperationDraft } from '@cio-fleet/contracts';
import { objectAttributes, relationshipAttributes } from '../attributes.ts';
import type { MappingRow } from '../mapping-row.ts';
import type { Message } from '../message.ts';
import { anonymousPerson, groupObject, type Identifiers, knownPerson } from '../subjects.ts';

/** Objects, and who belongs to them. */
export const GROUP_ROWS: readonly MappingRow[] = [
  {
    name: 'group',
    takes: '`group` with `groupId` and `userId`',
    gives:
      'object `identify` with the relationship to the person: `traits` (and `traits.objectAttributes`) as attributes, `traits.relationshipAttributes` those of the relationship; the type is `traits.objectTypeId` (or `object_type_id`), `objectTypeId` of message or context, else 1',
    fits: ({ type, userId }) => type === 'group' && userId !== undefined,
    map: (message) => [group(message, 'identify', knownPerson(message))],
  },
  {
    name: 'group, anonymous',
    takes: '`group` with `groupId` and `anonymousId` alone',
    gives: 'object `identify_anonymous` with the relationship to the `anonymous_id`',
    fits: ({ type, anonymousId }) => type === 'group' && anonymousId !== undefined,
    map: (message) => [group(message, 'identify_anonymous', anonymousPerson(message))],
  },
  {
    name: 'group, object alone',
    takes: '`group` with `groupId` alone',
    gives: 'object `identify`',
    fits: ({ type }) => type === 'group',
    map: (message) => [group(message, 'identify', undefined)],
  },
];

function group(message: Message, action: string, person: Identifiers | undefined): OperationDraft {
  const relationship = { identifiers: person, relationship_attributes: relationshipAttributes(message.traits) };
  return {
    type: 'object',
    action,
    identifiers: groupObject(message),
    attributes: objectAttributes(message),
    cio_relationships: person === undefined ? undefined : [relationship],
  };
}
