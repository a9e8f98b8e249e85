import type { Operation } from '@cio-fleet/contracts';

/** v2's batch takes operations of any mix. */
export const BATCH = 'batch';

/**
 * Which request may carry an operation: those of one route share one. `undefined`: it takes a request of its own, because v1 has
 * an endpoint for it that takes one.
 */
export function routeOf(operation: Operation): string | undefined {
  switch (operation.type) {
    case 'person':
    case 'object':
      return BATCH;
    case 'delivery':
      return operation.action === 'event' ? BATCH : undefined;
    case 'segment': {
      const { action, identifiers, person } = operation;
      return `${action} ${identifiers.segment_id} ${Object.keys(person).join()}`;
    }
    case 'form':
    case 'invite':
      return undefined;
  }
}

/** Whether the address of its request names something that may not exist, such as a segment. */
export function namesResource({ type, action }: Operation): boolean {
  return type === 'form' || type === 'segment' || (type === 'delivery' && action !== 'event' && action !== 'metric');
}
