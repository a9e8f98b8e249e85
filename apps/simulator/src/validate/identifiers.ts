import { isEmail, isPhone } from '../identifier-format.ts';
import { isJsonObject, isLongerThanBytes } from '../json.ts';
import { LIMITS } from '../limits.ts';
import { invalid, type Problem, required, tooLarge } from '../problem.ts';

const PERSON_KINDS = new Set(['id', 'email', 'phone', 'cio_id']);
const KINDS_WITHOUT_PHONE = new Set(['id', 'email', 'cio_id']);
const EVENT_KINDS = new Set([...PERSON_KINDS, 'anonymous_id']);
const ANONYMOUS_KINDS = new Set(['anonymous_id']);

/** Which identifiers fit where: anonymous ids only on events, phones neither in a merge nor in an object's relationships. */
export type IdentifierUse = 'person' | 'event' | 'merge' | 'related' | 'anonymous';

const KINDS: Readonly<Record<IdentifierUse, ReadonlySet<string>>> = {
  person: PERSON_KINDS,
  event: EVENT_KINDS,
  merge: KINDS_WITHOUT_PHONE,
  related: KINDS_WITHOUT_PHONE,
  anonymous: ANONYMOUS_KINDS,
};

/** Exactly one identifier of a kind that fits `use`, a non-empty string of its format and size. */
export function validateIdentifiers(identifiers: unknown, field: string, use: IdentifierUse): Problem | undefined {
  if (!isJsonObject(identifiers)) return required(field, `${field} must be present and a hash`);
  let found: string | undefined;
  for (const kind in identifiers) {
    if (!KINDS[use].has(kind)) {
      return invalid(`${field}.${kind.slice(0, 64)}`, `expected one of ${[...KINDS[use]].join(', ')}`);
    }
    if (found !== undefined) return invalid(field, `expected exactly one identifier, got ${found} and ${kind}`);
    found = kind;
  }
  if (found === undefined) return required(field, 'id attribute must be present');
  return validateValue(found, identifiers[found], `${field}.${found}`);
}

function validateValue(kind: string, value: unknown, field: string): Problem | undefined {
  if (typeof value !== 'string') return invalid(field, `${kind} attribute must be a string value`);
  if (value === '') return invalid(field, `${kind} attribute cannot be an empty string`);
  if (isLongerThanBytes(value, LIMITS.personIdBytes)) {
    return tooLarge(field, `${kind} attribute cannot be longer than ${LIMITS.personIdBytes} bytes`);
  }
  if (kind === 'email' && !isEmail(value)) return invalid(field, 'email attribute must be an email address');
  if (kind === 'phone' && !isPhone(value)) return invalid(field, 'phone attribute must be in E.164 format');
  return undefined;
}

/** `{object_type_id, object_id}`, or `{cio_object_id}` where an object that exists is meant. */
export function validateObjectIdentifiers(identifiers: unknown, field: string): Problem | undefined {
  if (!isJsonObject(identifiers)) return required(field, `${field} must be present and a hash`);
  if (identifiers.cio_object_id !== undefined) {
    if (identifiers.object_id !== undefined || identifiers.object_type_id !== undefined) {
      return invalid(field, 'expected either cio_object_id or object_type_id and object_id, got both');
    }
    return validateObjectId(identifiers.cio_object_id, `${field}.cio_object_id`);
  }
  const { object_type_id: typeId, object_id: objectId } = identifiers;
  if (typeId === undefined) return required(`${field}.object_type_id`, 'object_type_id must be present');
  if (!/^[1-9]\d{0,9}$/.test(String(typeId)) || typeof typeId === 'object') {
    return invalid(`${field}.object_type_id`, 'object_type_id must be an integer from 1, as a string');
  }
  if (objectId === undefined) return required(`${field}.object_id`, 'object_id must be present');
  return validateObjectId(objectId, `${field}.object_id`);
}

function validateObjectId(value: unknown, field: string): Problem | undefined {
  if (typeof value !== 'string') return invalid(field, 'object id must be a string value');
  if (value === '') return invalid(field, 'object id cannot be an empty string');
  if (!isLongerThanBytes(value, LIMITS.objectIdBytes)) return undefined;
  return tooLarge(field, `object id cannot be longer than ${LIMITS.objectIdBytes} bytes`);
}
