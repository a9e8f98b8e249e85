import type { NumberedArrival } from './numbered-operation.ts';

/** What is known of one numbered operation of a person. Times are of the checker's monotonic clock, in ms. */
export interface NumberedOperation {
  acceptedAtMs?: number;
  /** Set where the acceptance is known only from a flush at the end: the earliest time that it may have been. */
  askedAtMs?: number;
  arrivedAtMs?: number;
  /** Late by nature: refused, or redriven. */
  isLate?: boolean;
  /** An operator may drop it. */
  isDiscardable?: boolean;
  /** Hash of the ULID under which an event arrived first. */
  wireId?: number;
}

/** Everything that happened to one person, by number of the operation. */
export interface PersonHistory {
  readonly operations: NumberedOperation[];
  /** The highest number that has arrived, of those that keep their order. */
  highest: number;
  /** The number of the person's suppress or delete; a person has one at most. */
  erasure: number | undefined;
  hasErasureArrived: boolean;
  /** An erasure that arrived before anybody said which number it has. */
  earlyErasure: NumberedArrival | undefined;
}

export function newPersonHistory(): PersonHistory {
  return { operations: [], highest: -1, erasure: undefined, hasErasureArrived: false, earlyErasure: undefined };
}

export function operationOf(history: PersonHistory, n: number): NumberedOperation {
  const { operations } = history;
  const known = operations[n];
  if (known !== undefined) return known;
  // No holes: a list with holes is slow, and the soak has millions of entries.
  while (operations.length < n) operations.push({});
  const created: NumberedOperation = {};
  operations[n] = created;
  return created;
}

/** Whether operation `n` may rightly never arrive: its person's suppress or delete came after it, and was accepted or arrived. */
export function isErased(history: PersonHistory, n: number): boolean {
  const { erasure } = history;
  if (erasure === undefined || n >= erasure) return false;
  return history.hasErasureArrived || history.operations[erasure]?.acceptedAtMs !== undefined;
}
