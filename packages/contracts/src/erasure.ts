import type { QueuedOperation } from './queued-operation.ts';

/**
 * Whether `operation` was accepted before the erasure whose ULID is `mark`. ULIDs are minted from Redis's time, so comparing
 * them compares times, and within one producer also within a millisecond.
 */
export function isErasedBy(operation: QueuedOperation, mark: string | null | undefined): boolean {
  return mark !== null && mark !== undefined && operation.id < mark;
}
