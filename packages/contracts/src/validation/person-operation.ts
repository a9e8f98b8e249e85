import type { EventOperation, IdentifyOperation, MergeOperation, PersonOperation } from '../operation.ts';
import { copyAttributes, PERSON_RULES } from './attributes.ts';
import { addedDevice, deletedDevice } from './device.ts';
import { copyEventFields } from './event-fields.ts';
import { EVENT_IDENTIFIERS, PERSON_IDENTIFIERS_BUT_PHONE, personIdentifiers } from './identifiers.ts';
import { type OperationField, type OperationInput, refuseOtherFields } from './operation-fields.ts';
import { copyTimestamp } from './operation-timestamp.ts';
import { refuse } from './refuse.ts';
import { objectRelationships, requireRelationships } from './relationships.ts';
import { pathTo, type ValidationContext } from './validation-context.ts';

export type PersonAction = PersonOperation['action'];

const STATE_FIELDS = ['type', 'action', 'identifiers'] as const;
const EVENT_FIELDS = ['type', 'action', 'identifiers', 'id', 'name', 'timestamp', 'attributes'] as const;
const DEVICE_FIELDS = ['type', 'action', 'identifiers', 'device'] as const;
const RELATIONSHIP_FIELDS = ['type', 'action', 'identifiers', 'cio_relationships'] as const;

/** The fields of each action of a person. */
export const PERSON_FIELDS = {
  identify: ['type', 'action', 'identifiers', 'timestamp', 'attributes', 'cio_relationships'],
  event: EVENT_FIELDS,
  page: EVENT_FIELDS,
  screen: EVENT_FIELDS,
  add_device: DEVICE_FIELDS,
  delete_device: DEVICE_FIELDS,
  add_relationships: RELATIONSHIP_FIELDS,
  delete_relationships: RELATIONSHIP_FIELDS,
  merge: ['type', 'action', 'primary', 'secondary'],
  delete: STATE_FIELDS,
  suppress: STATE_FIELDS,
  unsuppress: STATE_FIELDS,
} as const satisfies Record<PersonAction, readonly OperationField[]>;

/** A checked copy of a person's operation. @throws {Refused} */
export function personOperation(
  context: ValidationContext,
  action: PersonAction,
  input: OperationInput,
): PersonOperation {
  const { fields } = input;
  refuseOtherFields(context, input, PERSON_FIELDS[action]);
  switch (action) {
    case 'identify':
      return identifyOperation(context, input);
    case 'event':
    case 'page':
    case 'screen':
      return eventOperation(context, action, input);
    case 'merge':
      return mergeOperation(context, input);
  }
  const identifiers = personIdentifiers(context, fields.identifiers, 'identifiers');
  switch (action) {
    case 'add_device':
      return { type: 'person', action, identifiers, device: addedDevice(context, fields.device) };
    case 'delete_device':
      return { type: 'person', action, identifiers, device: deletedDevice(context, fields.device) };
    case 'add_relationships':
    case 'delete_relationships': {
      const relationships = requireRelationships(context, objectRelationships(context, fields.cio_relationships));
      return { type: 'person', action, identifiers, cio_relationships: relationships };
    }
    case 'delete':
    case 'suppress':
    case 'unsuppress':
      return { type: 'person', action, identifiers };
  }
}

function identifyOperation(context: ValidationContext, { fields }: OperationInput): IdentifyOperation {
  const identifiers = personIdentifiers(context, fields.identifiers, 'identifiers');
  const own = copyTimestamp(context, fields.timestamp);
  const copied = copyAttributes(context, fields.attributes, 'attributes', PERSON_RULES);
  // v1 orders updates by the attribute _timestamp, v2 by a field of the operation: one of the two must win.
  const { _timestamp, ...attributes } = copied ?? {};
  if (own !== undefined && typeof _timestamp === 'number' && _timestamp !== own) {
    const path = [...pathTo(context, 'attributes'), '_timestamp'];
    refuse('ATTRIBUTE_RESERVED', { path, expected: 'the time given as timestamp, or none', received: _timestamp });
  }
  const timestamp = own ?? (typeof _timestamp === 'number' ? _timestamp : undefined);
  const hasAttributes = Object.keys(attributes).length > 0;
  const relationships =
    fields.cio_relationships === undefined ? [] : objectRelationships(context, fields.cio_relationships);
  return {
    type: 'person',
    action: 'identify',
    identifiers,
    ...(timestamp === undefined ? {} : { timestamp }),
    ...(hasAttributes ? { attributes } : {}),
    ...(relationships.length > 0 ? { cio_relationships: relationships } : {}),
  };
}

function eventOperation(
  context: ValidationContext,
  action: EventOperation['action'],
  { fields }: OperationInput,
): EventOperation {
  const identifiers = personIdentifiers(context, fields.identifiers, 'identifiers', EVENT_IDENTIFIERS);
  return { type: 'person', action, identifiers, ...copyEventFields(context, action, fields) };
}

function mergeOperation(context: ValidationContext, { fields }: OperationInput): MergeOperation {
  return {
    type: 'person',
    action: 'merge',
    primary: personIdentifiers(context, fields.primary, 'primary', PERSON_IDENTIFIERS_BUT_PHONE),
    secondary: personIdentifiers(context, fields.secondary, 'secondary', PERSON_IDENTIFIERS_BUT_PHONE),
  };
}
