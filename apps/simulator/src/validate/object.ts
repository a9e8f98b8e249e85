import type { Operation } from '../operation.ts';
import { invalid, type Problem } from '../problem.ts';
import { validateAttributes } from './attributes.ts';
import { validateObjectIdentifiers } from './identifiers.ts';
import { validateRelationships } from './relationships.ts';

/** The five actions on an object. */
export function validateObjectOperation(operation: Operation): Problem | undefined {
  const problem = validateObjectIdentifiers(operation.identifiers, 'identifiers');
  if (problem !== undefined) return problem;
  switch (operation.action) {
    case 'identify':
      return (
        validateAttributes(operation.attributes, 'attributes') ??
        validateRelationships(operation.cio_relationships, 'related', false)
      );
    case 'identify_anonymous':
      return (
        validateAttributes(operation.attributes, 'attributes') ??
        validateRelationships(operation.cio_relationships, 'anonymous', false)
      );
    case 'add_relationships':
    case 'delete_relationships':
      return validateRelationships(operation.cio_relationships, 'related', true);
    case 'delete':
      return undefined;
    default:
      return invalid('action', `unknown action for an object: ${operation.action.slice(0, 64)}`);
  }
}
