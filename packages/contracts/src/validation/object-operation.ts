import type { ObjectOperation } from '../operation.ts';
import { copyAttributes, OBJECT_RULES } from './attributes.ts';
import { objectIdentifiers } from './identifiers.ts';
import { type OperationField, type OperationInput, refuseOtherFields } from './operation-fields.ts';
import { anonymousRelationships, personRelationships, requireRelationships } from './relationships.ts';
import type { ValidationContext } from './validation-context.ts';

export type ObjectAction = ObjectOperation['action'];

const IDENTIFY_FIELDS = ['type', 'action', 'identifiers', 'attributes', 'cio_relationships'] as const;
const RELATIONSHIP_FIELDS = ['type', 'action', 'identifiers', 'cio_relationships'] as const;

/** The fields of each action of an object. */
export const OBJECT_FIELDS = {
  identify: IDENTIFY_FIELDS,
  identify_anonymous: IDENTIFY_FIELDS,
  add_relationships: RELATIONSHIP_FIELDS,
  delete_relationships: RELATIONSHIP_FIELDS,
  delete: ['type', 'action', 'identifiers'],
} as const satisfies Record<ObjectAction, readonly OperationField[]>;

/** A checked copy of an object's operation. @throws {Refused} */
export function objectOperation(
  context: ValidationContext,
  action: ObjectAction,
  input: OperationInput,
): ObjectOperation {
  const { fields } = input;
  refuseOtherFields(context, input, OBJECT_FIELDS[action]);
  const identifiers = objectIdentifiers(context, fields.identifiers, 'identifiers');
  const attributes = copyAttributes(context, fields.attributes, 'attributes', OBJECT_RULES);
  const described = attributes === undefined ? { identifiers } : { identifiers, attributes };
  const related = fields.cio_relationships;
  switch (action) {
    case 'identify': {
      const people = related === undefined ? [] : personRelationships(context, related);
      const relationships = people.length > 0 ? { cio_relationships: people } : {};
      return { type: 'object', action, ...described, ...relationships };
    }
    case 'identify_anonymous':
      return {
        type: 'object',
        action,
        ...described,
        cio_relationships: requireRelationships(context, anonymousRelationships(context, related)),
      };
    case 'add_relationships':
    case 'delete_relationships':
      return {
        type: 'object',
        action,
        identifiers,
        cio_relationships: requireRelationships(context, personRelationships(context, related)),
      };
    case 'delete':
      return { type: 'object', action, identifiers };
  }
}
