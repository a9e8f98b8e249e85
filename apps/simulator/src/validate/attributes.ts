import { isJsonObject, isLongerThanBytes } from '../json.ts';
import { LIMITS } from '../limits.ts';
import { invalid, type Problem, tooLarge } from '../problem.ts';

/** Reserved keys whose values are structures with rules of their own, not attribute values. */
const STRUCTURED = new Set(['cio_relationships', 'cio_subscription_preferences']);
/** Attributes that name a person, so a number in them is a mistake. */
const IDENTIFYING = ['id', 'email'] as const;

/**
 * Attributes of a person, object, relationship or device: how many, how their names and values measure. Absent is fine.
 * The 100 KB that an object's attributes may have in sum is not checked: an operation of 32 KB can't reach it.
 */
export function validateAttributes(attributes: unknown, field: string): Problem | undefined {
  if (attributes === undefined || attributes === null) return undefined;
  if (!isJsonObject(attributes)) return invalid(field, `${field} must be a hash`);
  let count = 0;
  for (const name in attributes) {
    count += 1;
    const problem = validateName(name, field) ?? validateValue(name, attributes[name], field);
    if (problem !== undefined) return problem;
  }
  if (count <= LIMITS.attributesPerIdentify) return undefined;
  return tooLarge(field, `cannot identify more than ${LIMITS.attributesPerIdentify} attributes in one request`);
}

/** Attributes of a person, in which `id` and `email` are identifiers: text of their size. */
export function validatePersonAttributes(attributes: unknown, field: string): Problem | undefined {
  if (!isJsonObject(attributes)) return validateAttributes(attributes, field);
  for (const name of IDENTIFYING) {
    const value = Object.hasOwn(attributes, name) ? attributes[name] : null;
    if (value === null) continue;
    if (typeof value !== 'string') return invalid(`${field}.${name}`, `${name} attribute must be a string value`);
    if (isLongerThanBytes(value, LIMITS.personIdBytes)) {
      const message = `value for attribute '${name}' cannot be longer than ${LIMITS.personIdBytes} bytes`;
      return tooLarge(`${field}.${name}`, message);
    }
  }
  return validateAttributes(attributes, field);
}

function validateName(name: string, field: string): Problem | undefined {
  if (!isLongerThanBytes(name, LIMITS.attributeNameBytes)) return undefined;
  return tooLarge(field, `attribute name cannot be longer than ${LIMITS.attributeNameBytes} bytes`);
}

function validateValue(name: string, value: unknown, field: string): Problem | undefined {
  if (value === null || STRUCTURED.has(name)) return undefined;
  if (typeof value === 'number' || typeof value === 'boolean') return undefined;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const limit = LIMITS.attributeValueBytes;
  if (!isLongerThanBytes(text, limit)) return undefined;
  return tooLarge(`${field}.${name}`, `value for attribute '${name}' cannot be longer than ${limit} bytes`);
}
