import type { Operation } from '../operation.ts';
import { invalid, type Problem } from '../problem.ts';
import { validatePersonAttributes } from './attributes.ts';
import { validateDevice } from './device.ts';
import { validateEvent, validateTimestamp } from './event.ts';
import { validateIdentifiers } from './identifiers.ts';
import { validateRelationships, validateV1Relationships } from './relationships.ts';

/** The twelve actions on a person. */
export function validatePersonOperation(operation: Operation): Problem | undefined {
  switch (operation.action) {
    case 'identify':
      return (
        validateIdentifiers(operation.identifiers, 'identifiers', 'person') ??
        validateTimestamp(operation.timestamp, 'timestamp') ??
        validatePersonAttributes(operation.attributes, 'attributes') ??
        validateRelationships(operation.cio_relationships, 'object', false) ??
        validateV1Relationships(operation.attributes?.cio_relationships)
      );
    case 'event':
    case 'page':
    case 'screen':
      return validateIdentifiers(operation.identifiers, 'identifiers', 'event') ?? validateEvent(operation);
    case 'add_device':
    case 'delete_device':
      return (
        validateIdentifiers(operation.identifiers, 'identifiers', 'person') ??
        validateDevice(operation.device, operation.action)
      );
    case 'add_relationships':
    case 'delete_relationships':
      return (
        validateIdentifiers(operation.identifiers, 'identifiers', 'person') ??
        validateRelationships(operation.cio_relationships, 'object', true)
      );
    case 'merge':
      return (
        validateIdentifiers(operation.primary, 'primary', 'merge') ??
        validateIdentifiers(operation.secondary, 'secondary', 'merge')
      );
    case 'delete':
    case 'suppress':
    case 'unsuppress':
      return validateIdentifiers(operation.identifiers, 'identifiers', 'person');
    default:
      return invalid('action', `unknown action for a person: ${operation.action.slice(0, 64)}`);
  }
}
