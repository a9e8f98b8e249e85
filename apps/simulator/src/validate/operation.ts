import { isJsonObject, isLongerThanBytes, nestsDeeperThan } from '../json.ts';
import { LIMITS } from '../limits.ts';
import type { Operation } from '../operation.ts';
import { invalid, type Problem, required, tooLarge } from '../problem.ts';
import { validateDeliveryOperation } from './delivery.ts';
import { validateObjectOperation } from './object.ts';
import { validatePersonOperation } from './person.ts';

/**
 * What is wrong with one v2 operation, or undefined when Customer.io would take it.
 *
 * @param mayBeTooLarge whether the request is so large that one item of it can pass the limit; measuring is skipped
 *   otherwise, because it costs more than everything else here.
 */
export function validateOperation(value: unknown, mayBeTooLarge: boolean): Problem | undefined {
  if (!isJsonObject(value)) return invalid('', 'operation must be a hash');
  if (nestsDeeperThan(value, LIMITS.nestingLevels)) {
    return invalid('', `operation must not nest deeper than ${LIMITS.nestingLevels} levels`);
  }
  if (mayBeTooLarge && isLongerThanBytes(JSON.stringify(value), LIMITS.itemBytes)) {
    return tooLarge('', `operation cannot be longer than ${LIMITS.itemBytes} bytes`);
  }
  if (typeof value.type !== 'string') return required('type', 'type must be person, object or delivery');
  if (typeof value.action !== 'string') return required('action', 'action must be present');
  const operation = value as unknown as Operation;
  switch (operation.type) {
    case 'person':
      return validatePersonOperation(operation);
    case 'object':
      return validateObjectOperation(operation);
    case 'delivery':
      return validateDeliveryOperation(operation);
    default:
      return invalid('type', `type must be person, object or delivery, got ${operation.type.slice(0, 64)}`);
  }
}
