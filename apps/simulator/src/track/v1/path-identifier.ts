import { isEmail } from '../../identifier-format.ts';
import type { JsonObject } from '../../json.ts';

/** The identifier in a v1 path says by its shape what it is; a phone number is an id there. */
export function pathIdentifier(value: string): JsonObject {
  if (value.startsWith('cio_')) return { cio_id: value.slice('cio_'.length) };
  return isEmail(value) ? { email: value } : { id: value };
}
