import { isJsonObject } from '../json.ts';
import { invalid, type Problem, required } from '../problem.ts';
import { validateAttributes } from './attributes.ts';
import { type IdentifierUse, validateIdentifiers, validateObjectIdentifiers } from './identifiers.ts';

/** Who stands at the other end of a relationship. */
export type RelationshipEnd = 'object' | Extract<IdentifierUse, 'related' | 'anonymous'>;

/** `cio_relationships`: a list of identifiers and attributes; `must` be present for (add|delete)_relationships. */
export function validateRelationships(value: unknown, end: RelationshipEnd, must: boolean): Problem | undefined {
  const field = 'cio_relationships';
  if (value === undefined || value === null) return must ? required(field, `${field} must be present`) : undefined;
  if (!Array.isArray(value)) return invalid(field, `${field} must be an array`);
  for (const [index, entry] of value.entries()) {
    const path = `${field}[${index}]`;
    if (!isJsonObject(entry)) return invalid(path, `${path} must be a hash`);
    const problem =
      (end === 'object'
        ? validateObjectIdentifiers(entry.identifiers, `${path}.identifiers`)
        : validateIdentifiers(entry.identifiers, `${path}.identifiers`, end)) ??
      validateAttributes(entry.relationship_attributes, `${path}.relationship_attributes`);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

const V1_ACTIONS = new Set<unknown>(['add_relationships', 'delete_relationships']);

/** v1 has `{action, relationships}` among the attributes of an identify. */
export function validateV1Relationships(value: unknown): Problem | undefined {
  if (!isJsonObject(value)) return undefined;
  if (V1_ACTIONS.has(value.action)) return validateRelationships(value.relationships, 'object', true);
  return invalid('cio_relationships.action', 'action must be add_relationships or delete_relationships');
}
