import { MAX_IDENTIFIER_BYTES, MAX_OPERATION_BYTES } from '../limits.ts';
import type { AnonymousIdentifiers, ObjectIdentifiers, PersonIdentifiers } from '../operation.ts';
import { requirePlainObject } from './plain-members.ts';
import { refuse } from './refuse.ts';
import { requireText, type TextRules } from './required-text.ts';
import { memberNames, pathTo, type ValidationContext } from './validation-context.ts';

/** The identifiers that a person can have where any of them will do. */
export const PERSON_IDENTIFIERS = ['id', 'email', 'phone', 'cio_id'] as const;
/** Merges and relationships of objects take no phone number. */
export const PERSON_IDENTIFIERS_BUT_PHONE = ['id', 'email', 'cio_id'] as const;
/** Events may also belong to someone unknown yet. */
export const EVENT_IDENTIFIERS = ['id', 'email', 'phone', 'cio_id', 'anonymous_id'] as const;
export const ANONYMOUS_IDENTIFIERS = ['anonymous_id'] as const;

type IdentifierName = (typeof EVENT_IDENTIFIERS)[number];

const IDENTIFIER_RULES: TextRules = {
  maxBytes: MAX_IDENTIFIER_BYTES,
  expected: 'text',
  type: 'IDENTIFIER_TYPE',
  empty: 'IDENTIFIER_EMPTY',
  tooLong: 'IDENTIFIER_TOO_LONG',
};
/** No limit is documented for the ids that Customer.io gives to its deliveries. */
const DELIVERY_ID_RULES: TextRules = { ...IDENTIFIER_RULES, maxBytes: MAX_OPERATION_BYTES };
/** Servers take no address of any length, and refuse a longer one with a status that would stop a lane. */
const DELIVERY_PATH_RULES: TextRules = { ...IDENTIFIER_RULES, maxBytes: 1_000 };

// Only what a server must refuse: the syntax of an address is wider than any pattern.
const EMAIL = /^[^\s@]+@[^\s@]+$/;
const E164 = /^\+[1-9]\d{1,14}$/;
const OBJECT_TYPE_ID = /^[1-9]\d{0,9}$/;
const SEGMENT_ID = /^[1-9]\d{0,11}$/;
const CIO_PREFIX = /^(?:cio_)+/;

/**
 * Exactly one identifier of a person, out of `allowed`, from member `step` of the value at hand. Whole numbers become text; the
 * prefix `cio_`, which only v1's addresses need, is cut off a cio_id.
 *
 * @throws {Refused}
 */
export function personIdentifiers(
  context: ValidationContext,
  value: unknown,
  step: string,
  allowed?: typeof PERSON_IDENTIFIERS | typeof PERSON_IDENTIFIERS_BUT_PHONE,
): PersonIdentifiers;
export function personIdentifiers(
  context: ValidationContext,
  value: unknown,
  step: string,
  allowed: typeof ANONYMOUS_IDENTIFIERS,
): AnonymousIdentifiers;
export function personIdentifiers(
  context: ValidationContext,
  value: unknown,
  step: string,
  allowed: typeof EVENT_IDENTIFIERS,
): PersonIdentifiers | AnonymousIdentifiers;
export function personIdentifiers(
  context: ValidationContext,
  value: unknown,
  step: string,
  allowed: readonly IdentifierName[] = PERSON_IDENTIFIERS,
): PersonIdentifiers | AnonymousIdentifiers {
  const members = readIdentifiers(context, value, step, allowed);
  const [name, ...others] = members.keys();
  const expected = `exactly one of ${allowed.join(', ')}`;
  if (name === undefined) {
    refuse('IDENTIFIER_MISSING', { path: pathTo(context, step), expected, received: value, receivedText: 'none' });
  }
  if (others.length > 0) {
    const receivedText = [name, ...others].join(' and ');
    refuse('IDENTIFIER_AMBIGUOUS', { path: pathTo(context, step), expected, received: value, receivedText });
  }
  context.path.push(step);
  const identifiers = personIdentifier(context, name as IdentifierName, members.get(name));
  context.path.pop();
  return identifiers;
}

function personIdentifier(
  context: ValidationContext,
  name: IdentifierName,
  value: unknown,
): PersonIdentifiers | AnonymousIdentifiers {
  switch (name) {
    case 'id':
      return { id: identifierText(context, value, 'id') };
    case 'email':
      return { email: emailText(context, value, 'email') };
    case 'phone':
      return {
        phone: formattedText(context, value, { step: 'phone', pattern: E164, expected: 'E.164 such as +4930123456' }),
      };
    case 'cio_id': {
      const text = requireText(context, value, 'cio_id', IDENTIFIER_RULES);
      return { cio_id: requireText(context, text.replace(CIO_PREFIX, ''), 'cio_id', IDENTIFIER_RULES) };
    }
    case 'anonymous_id':
      return { anonymous_id: identifierText(context, value, 'anonymous_id') };
  }
}

/** An object by type and id, or by the cio_object_id that Customer.io gave it. @throws {Refused} */
export function objectIdentifiers(context: ValidationContext, value: unknown, step: string): ObjectIdentifiers {
  const members = readIdentifiers(context, value, step, ['object_type_id', 'object_id', 'cio_object_id']);
  const expected = 'object_type_id and object_id, or cio_object_id';
  if (members.size === 0) {
    refuse('IDENTIFIER_MISSING', { path: pathTo(context, step), expected, received: value, receivedText: 'none' });
  }
  if (members.has('cio_object_id') && members.size > 1) {
    const receivedText = [...members.keys()].join(' and ');
    refuse('IDENTIFIER_AMBIGUOUS', { path: pathTo(context, step), expected, received: value, receivedText });
  }
  context.path.push(step);
  const identifiers = objectIdentifier(context, members);
  context.path.pop();
  return identifiers;
}

function objectIdentifier(context: ValidationContext, members: ReadonlyMap<string, unknown>): ObjectIdentifiers {
  if (members.has('cio_object_id')) {
    return { cio_object_id: requireText(context, members.get('cio_object_id'), 'cio_object_id', IDENTIFIER_RULES) };
  }
  for (const step of ['object_type_id', 'object_id']) {
    if (!members.has(step)) {
      refuse('IDENTIFIER_MISSING', { path: pathTo(context, step), expected: 'text', received: undefined });
    }
  }
  const object_type_id = formattedText(context, asText(members.get('object_type_id')), {
    step: 'object_type_id',
    pattern: OBJECT_TYPE_ID,
    expected: 'a whole number from 1 on',
  });
  return { object_type_id, object_id: identifierText(context, members.get('object_id'), 'object_id') };
}

/** The delivery that is meant. @throws {Refused} */
export function deliveryIdentifiers(context: ValidationContext, value: unknown): { readonly id: string } {
  return oneIdentifier(context, value, 'id', (member) => requireText(context, member, 'id', DELIVERY_ID_RULES));
}

/** The delivery that is meant, by an id that will stand in a path. @throws {Refused} */
export function deliveryPathIdentifiers(context: ValidationContext, value: unknown): { readonly id: string } {
  return oneIdentifier(context, value, 'id', (member) =>
    pathText(context, requireText(context, member, 'id', DELIVERY_PATH_RULES), 'id'),
  );
}

/** The form that was submitted: Customer.io makes one of any id that it doesn't know. @throws {Refused} */
export function formIdentifiers(context: ValidationContext, value: unknown): { readonly form_id: string } {
  return oneIdentifier(context, value, 'form_id', (member) =>
    pathText(context, identifierText(context, member, 'form_id'), 'form_id'),
  );
}

/** A manual segment, by its number. @throws {Refused} */
export function segmentIdentifiers(context: ValidationContext, value: unknown): { readonly segment_id: string } {
  return oneIdentifier(context, value, 'segment_id', (member) =>
    formattedText(context, asText(member), {
      step: 'segment_id',
      pattern: SEGMENT_ID,
      expected: 'a whole number from 1 on',
    }),
  );
}

/**
 * Text that will stand in the path of an address: `.` and `..` would mean another address, however they are encoded.
 *
 * @throws {IDENTIFIER_FORMAT}
 */
export function pathText(context: ValidationContext, text: string, step: string): string {
  if (text !== '.' && text !== '..') return text;
  refuse('IDENTIFIER_FORMAT', { path: pathTo(context, step), expected: 'more than dots', received: text });
}

function oneIdentifier<Name extends string>(
  context: ValidationContext,
  value: unknown,
  name: Name,
  read: (member: unknown) => string,
): { readonly [name in Name]: string } {
  const members = readIdentifiers(context, value, 'identifiers', [name]);
  if (members.size === 0) {
    const facts = { path: pathTo(context, 'identifiers'), expected: `an object with ${name}`, received: value };
    refuse('IDENTIFIER_MISSING', { ...facts, receivedText: 'none' });
  }
  context.path.push('identifiers');
  const identifiers = { [name]: read(members.get(name)) } as { readonly [name in Name]: string };
  context.path.pop();
  return identifiers;
}

/** A text of 1 to 150 bytes, or a whole number as such. @throws {Refused} */
export function identifierText(context: ValidationContext, value: unknown, step: string): string {
  return requireText(context, asText(value), step, IDENTIFIER_RULES);
}

interface Format {
  readonly step: string;
  readonly pattern: RegExp;
  readonly expected: string;
}

/** An e-mail address of 1 to 150 bytes. @throws {Refused} */
export function emailText(context: ValidationContext, value: unknown, step: string): string {
  return formattedText(context, value, { step, pattern: EMAIL, expected: 'an e-mail address' });
}

function formattedText(context: ValidationContext, value: unknown, { step, pattern, expected }: Format): string {
  const text = requireText(context, value, step, IDENTIFIER_RULES);
  if (!pattern.test(text)) refuse('IDENTIFIER_FORMAT', { path: pathTo(context, step), expected, received: value });
  return text;
}

/** Beyond 2^53 numbers have lost digits already, so they stay numbers and are refused. */
function asText(value: unknown): unknown {
  return Number.isSafeInteger(value) ? String(value) : value;
}

/** The members that are given, each read once, in a map that no member name can harm. */
function readIdentifiers(
  context: ValidationContext,
  value: unknown,
  step: string,
  allowed: readonly string[],
): ReadonlyMap<string, unknown> {
  if (value === undefined) {
    const facts = { path: pathTo(context, step), expected: `an object with one of ${allowed.join(', ')}` };
    refuse('IDENTIFIER_MISSING', { ...facts, received: value });
  }
  const object = requirePlainObject(context, value, step);
  const members = new Map<string, unknown>();
  for (const name of memberNames(context, object)) {
    const member = object[name];
    if (member === undefined) continue;
    if (!allowed.includes(name)) {
      const expected = `one of ${allowed.join(', ')}`;
      const facts = { path: [...pathTo(context, step), name], expected, received: member };
      refuse('IDENTIFIER_UNKNOWN', { ...facts, receivedText: 'an identifier of another name' });
    }
    members.set(name, member);
  }
  return members;
}
