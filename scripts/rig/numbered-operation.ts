import type { Operation } from '@cio-fleet/contracts';

/** The name of events that the receiver refuses while it is told to: they come back by a redrive, late by nature. */
export const REJECTED_NAME = 'Rejected';

/** The name of the event whose delivery kills its worker. */
export const KILLER_NAME = 'Killer';

/** What an arrival says about numbered operations. */
export interface NumberedArrival {
  readonly person: string;
  readonly kind: 'event' | 'identify' | 'erasure';
  /** Several where identifies were merged; none for an erasure, which carries no attributes. */
  readonly numbers: readonly number[];
  /** The ULID of an event. */
  readonly wireId: string | undefined;
  readonly isLate: boolean;
}

/**
 * Reads the numbers of an operation that arrived: an event has it as `n`, an identify as a name of its own (`n12`), so that
 * numbers survive merging. Undefined for what isn't about a person with an id.
 */
export function readNumbered(operation: Operation): NumberedArrival | undefined {
  if (operation.type !== 'person' || !('identifiers' in operation) || !('id' in operation.identifiers))
    return undefined;
  const person = operation.identifiers.id;
  const none = { wireId: undefined, isLate: false };
  switch (operation.action) {
    case 'suppress':
    case 'delete':
      return { person, kind: 'erasure', numbers: [], ...none };
    case 'identify':
      return { person, kind: 'identify', numbers: numbersIn(operation.attributes), ...none };
    case 'event': {
      const n = operation.attributes?.n;
      return {
        person,
        kind: 'event',
        numbers: typeof n === 'number' ? [n] : [],
        wireId: operation.id,
        isLate: operation.name === REJECTED_NAME,
      };
    }
    default:
      return undefined;
  }
}

function numbersIn(attributes: Readonly<Record<string, unknown>> = {}): number[] {
  return Object.keys(attributes)
    .filter((name) => /^n\d+$/.test(name))
    .map((name) => Number(name.slice(1)))
    .sort((a, b) => a - b);
}
