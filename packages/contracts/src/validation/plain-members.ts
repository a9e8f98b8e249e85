import { isPlainObject } from './describe-value.ts';
import { refuse } from './refuse.ts';
import { pathTo, type ValidationContext } from './validation-context.ts';

/**
 * `value` (member `step` of the value at hand) as a plain object whose members may be read.
 *
 * @throws {FIELD_MISSING} @throws {FIELD_TYPE}
 */
export function requirePlainObject(
  context: ValidationContext,
  value: unknown,
  step: string | number,
): Readonly<Record<string, unknown>> {
  if (value === undefined) {
    refuse('FIELD_MISSING', { path: pathTo(context, step), expected: 'a plain object', received: value });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !isPlainObject(value)) {
    refuse('FIELD_TYPE', { path: pathTo(context, step), expected: 'a plain object', received: value });
  }
  return value as Readonly<Record<string, unknown>>;
}

/** Refuses a member that isn't among `allowed`. @throws {FIELD_UNKNOWN} */
export function refuseUnknownMember(context: ValidationContext, name: string, allowed: readonly string[]): never {
  refuse('FIELD_UNKNOWN', {
    path: pathTo(context, name),
    expected: `one of ${allowed.join(', ')}`,
    received: name,
    receivedText: 'a field of another name',
  });
}
