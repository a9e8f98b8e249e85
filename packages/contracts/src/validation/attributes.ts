import { MAX_ATTRIBUTE_NAME_BYTES, MAX_ATTRIBUTE_VALUE_BYTES, MAX_ATTRIBUTES } from '../limits.ts';
import type { Attributes, Json } from '../operation.ts';
import { exceedsBytes } from './byte-length.ts';
import { checkMemberName, copyPlain } from './plain-copy.ts';
import { requirePlainObject } from './plain-members.ts';
import { refuse } from './refuse.ts';
import {
  OBJECT_ATTRIBUTES,
  ONE_PREFERENCE_PREFIX,
  onePreference,
  PERSON_ATTRIBUTES,
  type ReservedAttribute,
} from './reserved-attributes.ts';
import { type MutableJsonObject, memberNames, pathTo, type ValidationContext } from './validation-context.ts';

/** What differs between the attributes of persons, objects, relationships, devices and events. */
export interface AttributeRules {
  /** Whether the limits of stored attributes hold (count, bytes of name and value). Event data is bounded as a whole only. */
  readonly stored: boolean;
  readonly reserved: ReadonlyMap<string, ReservedAttribute>;
  /** Converts a value that means nothing special. */
  readonly copy: ReservedAttribute;
}

const NONE_RESERVED: ReadonlyMap<string, ReservedAttribute> = new Map();

export const PERSON_RULES: AttributeRules = { stored: true, reserved: PERSON_ATTRIBUTES, copy: copyPlain };
export const OBJECT_RULES: AttributeRules = { stored: true, reserved: OBJECT_ATTRIBUTES, copy: copyPlain };
export const RELATIONSHIP_RULES: AttributeRules = { stored: true, reserved: NONE_RESERVED, copy: copyPlain };
export const DEVICE_RULES: AttributeRules = { stored: true, reserved: NONE_RESERVED, copy: copyAsText };
/** `recipient`, `from_address` and `reply_to` pass as all data does: Customer.io takes any value in them. */
export const EVENT_RULES: AttributeRules = { stored: false, reserved: NONE_RESERVED, copy: copyPlain };

/**
 * A copy of the attributes at member `step` of the value at hand; `undefined` when there are none.
 *
 * @throws {Refused}
 */
export function copyAttributes(
  context: ValidationContext,
  value: unknown,
  step: string,
  rules: AttributeRules,
): Attributes | undefined {
  if (value === undefined) return undefined;
  const object = requirePlainObject(context, value, step);
  context.path.push(step);
  context.ancestors.push(object);
  const copy: MutableJsonObject = {};
  let count = 0;
  for (const name of memberNames(context, object)) {
    const member = object[name];
    // An absent value must not become null, which would remove the attribute.
    if (member === undefined) continue;
    checkAttributeName(context, name, rules);
    copy[name] = copyAttribute(context, member, name, rules);
    count += 1;
    if (rules.stored && count > MAX_ATTRIBUTES) {
      const receivedText = 'more';
      refuse('ATTRIBUTES_TOO_MANY', {
        path: pathTo(context),
        expected: `at most ${MAX_ATTRIBUTES}`,
        received: object,
        receivedText,
      });
    }
  }
  context.ancestors.pop();
  context.path.pop();
  return count === 0 ? undefined : copy;
}

function checkAttributeName(context: ValidationContext, name: string, rules: AttributeRules): void {
  if (name === '') {
    refuse('ATTRIBUTE_NAME_EMPTY', { path: pathTo(context), expected: 'attributes with names', received: name });
  }
  if (rules.stored && exceedsBytes(name, MAX_ATTRIBUTE_NAME_BYTES)) {
    const expected = `a name of at most ${MAX_ATTRIBUTE_NAME_BYTES} bytes`;
    refuse('ATTRIBUTE_NAME_TOO_LONG', { path: pathTo(context, name), expected, received: name });
  }
  checkMemberName(context, name);
}

function copyAttribute(context: ValidationContext, value: unknown, name: string, rules: AttributeRules): Json {
  const reserved = rules.reserved.get(name);
  // Text is measured before it is copied, so that the refusal names the attribute, not the operation.
  if (rules.stored && typeof value === 'string') checkValueBytes(context, value, name);
  if (reserved !== undefined) return reserved(context, value, name);
  if (rules.reserved === PERSON_ATTRIBUTES && name.startsWith(ONE_PREFERENCE_PREFIX)) {
    return onePreference(context, value, name);
  }
  const copy = rules.copy(context, value, name);
  if (rules.stored) checkValueBytes(context, copy, name);
  return copy;
}

/** Nested values count as their JSON text. */
function checkValueBytes(context: ValidationContext, value: Json, name: string): void {
  if (typeof value !== 'string' && (typeof value !== 'object' || value === null)) return;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (!exceedsBytes(text, MAX_ATTRIBUTE_VALUE_BYTES)) return;
  const expected = `at most ${MAX_ATTRIBUTE_VALUE_BYTES.toLocaleString('en-US')} bytes`;
  refuse('ATTRIBUTE_VALUE_TOO_LONG', { path: pathTo(context, name), expected, received: text });
}

/** Attributes of devices are text: numbers, true, false and Dates become text. */
function copyAsText(context: ValidationContext, value: unknown, name: string): string {
  const copy = copyPlain(context, value, name);
  if (typeof copy === 'object') {
    refuse('FIELD_TYPE', { path: pathTo(context, name), expected: 'text', received: value });
  }
  return String(copy);
}
