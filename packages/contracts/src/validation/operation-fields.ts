import { isPlainObject } from './describe-value.ts';
import { refuseUnknownMember } from './plain-members.ts';
import { refuse } from './refuse.ts';
import { memberNames, pathTo, type ValidationContext } from './validation-context.ts';

/** The fields that any operation can have, each read once. */
export interface OperationFields {
  type: unknown;
  action: unknown;
  identifiers: unknown;
  primary: unknown;
  secondary: unknown;
  id: unknown;
  name: unknown;
  timestamp: unknown;
  attributes: unknown;
  cio_relationships: unknown;
  device: unknown;
  data: unknown;
  person: unknown;
  recipient: unknown;
  reason: unknown;
  href: unknown;
}

export type OperationField = keyof OperationFields;

/** The fields of an input, and the first one that no operation has. */
export interface OperationInput {
  readonly fields: Readonly<OperationFields>;
  readonly unknownField: string | undefined;
}

/** Reads the fields of an operation. @throws {OPERATION_NOT_OBJECT} */
export function readOperation(context: ValidationContext, input: unknown): OperationInput {
  if (typeof input !== 'object' || input === null || Array.isArray(input) || !isPlainObject(input)) {
    refuse('OPERATION_NOT_OBJECT', { path: [], expected: 'a plain object', received: input });
  }
  // All fields from the start, so that every operation has the same hidden class.
  const fields: OperationFields = {
    type: undefined,
    action: undefined,
    identifiers: undefined,
    primary: undefined,
    secondary: undefined,
    id: undefined,
    name: undefined,
    timestamp: undefined,
    attributes: undefined,
    cio_relationships: undefined,
    device: undefined,
    data: undefined,
    person: undefined,
    recipient: undefined,
    reason: undefined,
    href: undefined,
  };
  let unknownField: string | undefined;
  for (const name of memberNames(context, input)) {
    const value = (input as Record<string, unknown>)[name];
    if (value === undefined) continue;
    if (Object.hasOwn(fields, name)) fields[name as OperationField] = value;
    else unknownField ??= name;
  }
  return { fields, unknownField };
}

/** Refuses fields that the action doesn't have: they are typos more often than not. @throws {FIELD_UNKNOWN} */
export function refuseOtherFields(
  context: ValidationContext,
  { fields, unknownField }: OperationInput,
  allowed: readonly OperationField[],
): void {
  if (unknownField !== undefined) refuseUnknownMember(context, unknownField, allowed);
  for (const name of OPERATION_FIELDS) {
    if (fields[name] !== undefined && !allowed.includes(name)) refuseUnknownMember(context, name, allowed);
  }
}

const OPERATION_FIELDS: readonly OperationField[] = [
  'identifiers',
  'primary',
  'secondary',
  'id',
  'name',
  'timestamp',
  'attributes',
  'cio_relationships',
  'device',
  'data',
  'person',
  'recipient',
  'reason',
  'href',
];

/** @throws {FIELD_MISSING} */
export function requireField(context: ValidationContext, value: unknown, name: OperationField, expected: string): void {
  if (value === undefined) refuse('FIELD_MISSING', { path: pathTo(context, name), expected, received: value });
}
