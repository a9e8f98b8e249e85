import {
  MAX_ATTRIBUTE_NAME_BYTES,
  MAX_ATTRIBUTE_VALUE_BYTES,
  MAX_ATTRIBUTES,
  MAX_EVENT_NAME_BYTES,
  MAX_IDENTIFIER_BYTES,
  MAX_OPERATION_BYTES,
  MAX_PAGE_NAME_CHARACTERS,
} from './limits.ts';
import type { Refusal } from './refusal.ts';

/** Why the Track API refuses an operation: one entry of a v2 answer's `errors`. */
export interface TrackProblem {
  readonly reason: 'required' | 'invalid' | 'too_large';
  /** Path of the bad field, such as `attributes.plan`. Empty for the operation itself. */
  readonly field: string;
  /** Customer.io's own words where they are documented. */
  readonly message: string;
}

/**
 * A refusal in the words of Customer.io's Track API, so that a program that reads them reads ours.
 *
 * @param action of the operation that was refused: what v1 calls the data of an event are attributes elsewhere
 * @see https://docs.customer.io/journeys/invalid-api-requests/
 */
export function trackProblem(refusal: Refusal, action?: unknown): TrackProblem {
  const { code, path: field, expected, received } = refusal;
  const required = (message: string): TrackProblem => ({ reason: 'required', field, message });
  const invalid = (message: string): TrackProblem => ({ reason: 'invalid', field, message });
  const tooLarge = (message: string): TrackProblem => ({ reason: 'too_large', field, message });
  const isMissing = received === 'nothing';
  switch (code) {
    case 'OPERATION_NOT_OBJECT':
      return invalid('operation must be a hash');
    case 'OPERATION_TOO_LARGE':
      return tooLarge(`operation cannot be longer than ${MAX_OPERATION_BYTES} bytes`);
    case 'OPERATION_TYPE_UNKNOWN':
    case 'OPERATION_ACTION_UNKNOWN':
      return isMissing ? required(`${field} must be present`) : invalid(`${field} must be ${expected}`);
    case 'IDENTIFIER_MISSING':
      return required('id attribute must be present');
    case 'IDENTIFIER_AMBIGUOUS':
      return invalid(`expected exactly one identifier, got ${received}`);
    case 'IDENTIFIER_TYPE':
      return invalid(`${lastStep(field)} attribute must be a string value`);
    case 'IDENTIFIER_EMPTY':
      return invalid(`${lastStep(field)} attribute cannot be an empty string`);
    case 'IDENTIFIER_TOO_LONG':
      return tooLarge(`${lastStep(field)} attribute cannot be longer than ${MAX_IDENTIFIER_BYTES} bytes`);
    case 'IDENTIFIER_FORMAT':
      return invalid(`${lastStep(field)} attribute must be ${expected}`);
    case 'EVENT_NAME_EMPTY':
      return required('event name must not be blank');
    case 'EVENT_NAME_TOO_LONG':
      return tooLarge(
        expected.includes('characters')
          ? `event name must be less than ${MAX_PAGE_NAME_CHARACTERS + 1} characters`
          : `event name cannot be longer than ${MAX_EVENT_NAME_BYTES} bytes`,
      );
    case 'ATTRIBUTES_TOO_MANY':
      return tooLarge(`cannot identify more than ${MAX_ATTRIBUTES} attributes in one request`);
    case 'ATTRIBUTE_NAME_TOO_LONG':
      return tooLarge(`attribute name cannot be longer than ${MAX_ATTRIBUTE_NAME_BYTES} bytes`);
    case 'ATTRIBUTE_VALUE_TOO_LONG':
      return tooLarge(
        `value for attribute '${attributeOf(field)}' cannot be longer than ${MAX_ATTRIBUTE_VALUE_BYTES} bytes`,
      );
    case 'TIMESTAMP_INVALID':
    case 'TIMESTAMP_OUT_OF_RANGE':
      return invalid(`${field} must be a unix timestamp`);
    case 'FIELD_MISSING':
      return required(field === 'name' ? 'event name must not be blank' : `${field} must be present`);
    case 'FIELD_TYPE':
      if (field === 'name') return invalid('event name must be a string value');
      if (field !== 'attributes') return invalid(`${field} must be ${expected}`);
      return invalid(EVENTS.includes(action) ? 'event data must be a hash' : 'attributes must be a hash');
    default:
      return invalid(`${field === '' ? 'operation' : field}: expected ${expected}, got ${received}`);
  }
}

const EVENTS: readonly unknown[] = ['event', 'page', 'screen'];

/** `id` of `identifiers.id`. */
function lastStep(field: string): string {
  return field.slice(field.lastIndexOf('.') + 1);
}

/** `plan` of `attributes.plan`; a name may have dots. */
function attributeOf(field: string): string {
  return field.slice(field.indexOf('attributes.') + 'attributes.'.length);
}
