import { isJsonObject, isLongerThanBytes } from '../json.ts';
import { LIMITS } from '../limits.ts';
import type { Operation } from '../operation.ts';
import { invalid, type Problem, required, tooLarge } from '../problem.ts';

/** Name, id, timestamp and data of an event, page or screen. */
export function validateEvent(operation: Operation): Problem | undefined {
  return (
    validateName(operation) ??
    validateId(operation.id) ??
    validateTimestamp(operation.timestamp, 'timestamp') ??
    validateData(operation.attributes)
  );
}

function validateName({ name, action }: Operation): Problem | undefined {
  if (name === undefined || name === null) return required('name', 'event name must not be blank');
  if (typeof name !== 'string') return invalid('name', 'event name must be a string value');
  if (name.trim() === '') return invalid('name', 'event name must not be blank');
  if (action !== 'event') {
    if (name.length < LIMITS.pageNameCharacters) return undefined;
    return tooLarge('name', `event name must be less than ${LIMITS.pageNameCharacters} characters`);
  }
  if (!isLongerThanBytes(name.trim(), LIMITS.eventNameBytes)) return undefined;
  return tooLarge('name', `event name cannot be longer than ${LIMITS.eventNameBytes} bytes`);
}

/** Any string is taken: what Customer.io does with ids that are no ULIDs is not documented, and Segment sends such. */
const validateId = (id: unknown): Problem | undefined =>
  id === undefined || id === null || typeof id === 'string'
    ? undefined
    : invalid('id', 'event id must be a string value');

/** Milliseconds and ISO strings are not rejected by Customer.io, only misread; structures are. */
export const validateTimestamp = (timestamp: unknown, field: string): Problem | undefined =>
  typeof timestamp === 'object' && timestamp !== null ? invalid(field, `${field} must be a unix timestamp`) : undefined;

/** Its size is no concern here: the limit on the item is tighter than that on event data, save in v1. */
const validateData = (data: unknown): Problem | undefined =>
  data === undefined || data === null || isJsonObject(data)
    ? undefined
    : invalid('attributes', 'event data must be a hash');
