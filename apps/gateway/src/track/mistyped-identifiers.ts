import type { TrackProblem } from '@cio-fleet/contracts';

type JsonObject = Readonly<Record<string, unknown>>;

/**
 * The producer takes numbers for ids and makes them text; Customer.io refuses them, and whoever tests against the gateway must
 * learn that here. Looks only at the type of what identifies somebody or something.
 */
export function findMistypedIdentifier(operation: JsonObject): TrackProblem | undefined {
  const { identifiers, primary, secondary, attributes, type, action } = operation;
  return (
    inIdentifiers(identifiers, 'identifiers') ??
    inIdentifiers(primary, 'primary') ??
    inIdentifiers(secondary, 'secondary') ??
    (type === 'person' && action === 'identify' ? inAttributes(attributes) : undefined) ??
    inRelationships(operation.cio_relationships)
  );
}

/** `id` and `email` among a person's attributes are identifiers, too. */
export function inAttributes(attributes: unknown): TrackProblem | undefined {
  if (!isObject(attributes)) return undefined;
  for (const name of ['id', 'email'] as const) {
    if (!Object.hasOwn(attributes, name)) continue;
    const value = attributes[name];
    if (value !== null && typeof value !== 'string') return mustBeText(`attributes.${name}`, name);
  }
  return undefined;
}

function inIdentifiers(identifiers: unknown, field: string): TrackProblem | undefined {
  if (!isObject(identifiers)) return undefined;
  for (const name of Object.keys(identifiers)) {
    // The type of an object is a number by nature, and taken either way.
    if (typeof identifiers[name] !== 'number' || name === 'object_type_id') continue;
    return mustBeText(`${field}.${name.slice(0, 64)}`, name.slice(0, 64));
  }
  return undefined;
}

function inRelationships(relationships: unknown): TrackProblem | undefined {
  if (!Array.isArray(relationships)) return undefined;
  for (let index = 0; index < relationships.length; index += 1) {
    const entry: unknown = relationships[index];
    if (!isObject(entry)) continue;
    const problem = inIdentifiers(entry.identifiers, `cio_relationships[${index}].identifiers`);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function mustBeText(field: string, name: string): TrackProblem {
  return { reason: 'invalid', field, message: `${name} attribute must be a string value` };
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
