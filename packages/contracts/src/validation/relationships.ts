import type { AnonymousRelationship, Attributes, ObjectRelationship, PersonRelationship } from '../operation.ts';
import { copyAttributes, RELATIONSHIP_RULES } from './attributes.ts';
import {
  ANONYMOUS_IDENTIFIERS,
  objectIdentifiers,
  PERSON_IDENTIFIERS_BUT_PHONE,
  personIdentifiers,
} from './identifiers.ts';
import { refuseUnknownMember, requirePlainObject } from './plain-members.ts';
import { refuse } from './refuse.ts';
import { memberNames, pathTo, spendBytes, type ValidationContext } from './validation-context.ts';

const STEP = 'cio_relationships';
const MEMBERS = ['identifiers', 'relationship_attributes'] as const;
const EXPECTED = 'an array of { identifiers, relationship_attributes }';

/** @throws {FIELD_MISSING} when there are none: the operation would do nothing */
export function requireRelationships<Item>(
  context: ValidationContext,
  relationships: readonly Item[],
): readonly Item[] {
  if (relationships.length === 0) {
    refuse('FIELD_MISSING', {
      path: pathTo(context, STEP),
      expected: 'at least one relationship',
      received: relationships,
    });
  }
  return relationships;
}

/** The objects that a person is related to. @throws {Refused} */
export function objectRelationships(context: ValidationContext, value: unknown): readonly ObjectRelationship[] {
  return copyRelationships(context, value, objectIdentifiers);
}

/** The people that an object is related to. @throws {Refused} */
export function personRelationships(context: ValidationContext, value: unknown): readonly PersonRelationship[] {
  return copyRelationships(context, value, (inner, identifiers, step) =>
    personIdentifiers(inner, identifiers, step, PERSON_IDENTIFIERS_BUT_PHONE),
  );
}

/** The people that an object is related to and who are not known yet. @throws {Refused} */
export function anonymousRelationships(context: ValidationContext, value: unknown): readonly AnonymousRelationship[] {
  return copyRelationships(context, value, (inner, identifiers, step) =>
    personIdentifiers(inner, identifiers, step, ANONYMOUS_IDENTIFIERS),
  );
}

interface Relationship<Identifiers> {
  readonly identifiers: Identifiers;
  readonly relationship_attributes?: Attributes;
}

function copyRelationships<Identifiers>(
  context: ValidationContext,
  value: unknown,
  copyIdentifiers: (context: ValidationContext, value: unknown, step: string) => Identifiers,
): readonly Relationship<Identifiers>[] {
  if (!Array.isArray(value)) {
    const code = value === undefined ? 'FIELD_MISSING' : 'FIELD_TYPE';
    refuse(code, { path: pathTo(context, STEP), expected: EXPECTED, received: value });
  }
  context.path.push(STEP);
  const relationships: Relationship<Identifiers>[] = [];
  // A proxy may claim any length; the bytes of each element end the loop.
  for (let index = 0; index < value.length; index++) {
    const object = requirePlainObject(context, value[index], index);
    spendBytes(context, '{"identifiers":{}},'.length, object);
    context.path.push(index);
    relationships.push(copyRelationship(context, object, copyIdentifiers));
    context.path.pop();
  }
  context.path.pop();
  return relationships;
}

function copyRelationship<Identifiers>(
  context: ValidationContext,
  object: Readonly<Record<string, unknown>>,
  copyIdentifiers: (context: ValidationContext, value: unknown, step: string) => Identifiers,
): Relationship<Identifiers> {
  let given: unknown;
  let givenAttributes: unknown;
  for (const name of memberNames(context, object)) {
    if (name === 'identifiers') given = object[name];
    else if (name === 'relationship_attributes') givenAttributes = object[name];
    else if (object[name] !== undefined) refuseUnknownMember(context, name, MEMBERS);
  }
  const identifiers = copyIdentifiers(context, given, 'identifiers');
  const attributes = copyAttributes(context, givenAttributes, 'relationship_attributes', RELATIONSHIP_RULES);
  return attributes === undefined ? { identifiers } : { identifiers, relationship_attributes: attributes };
}
