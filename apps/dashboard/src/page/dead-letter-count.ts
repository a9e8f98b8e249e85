import type { DeadLetterState } from '@cio-fleet/lanes';
import { formatCount } from './format.ts';

/**
 * How many operations there are behind dead letters, where that is more than there are dead letters: in a storm they are packed, so
 * ten may be a thousand operations. The ledger counts them, and goes on counting those that were removed after 30 days.
 */
export function operationsInAll({
  deadLetters,
  operations,
}: Pick<DeadLetterState, 'deadLetters' | 'operations'>): string | undefined {
  return operations > deadLetters ? `${formatCount(operations)} operations in all` : undefined;
}
