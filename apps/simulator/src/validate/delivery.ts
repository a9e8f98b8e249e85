import { isJsonObject } from '../json.ts';
import type { Operation } from '../operation.ts';
import { invalid, type Problem, required } from '../problem.ts';

const DEVICE_METRICS = new Set<unknown>(['opened', 'converted', 'delivered']);

/** A delivery `event`: `{identifiers: {id}, name: opened|converted|delivered, attributes: {device_token}}`. */
export function validateDeliveryOperation(operation: Operation): Problem | undefined {
  if (operation.action !== 'event') {
    return invalid('action', `unknown action for a delivery: ${operation.action.slice(0, 64)}`);
  }
  const id = isJsonObject(operation.identifiers) ? operation.identifiers.id : undefined;
  if (typeof id !== 'string' || id === '') return required('identifiers.id', 'delivery id must be present');
  if (!DEVICE_METRICS.has(operation.name)) return invalid('name', 'name must be opened, converted or delivered');
  const token = isJsonObject(operation.attributes) ? operation.attributes.device_token : undefined;
  if (typeof token === 'string' && token !== '') return undefined;
  return required('attributes.device_token', 'device_token must be present');
}
