import type { QueuedOperation } from './queued-operation.ts';
import { ULID_TIME_LENGTH, ulidTime } from './ulid.ts';

/**
 * A ULID may be ahead of Redis's time by what a producer's measure of Redis's clock may be off: half of the time that it waits for an
 * answer. What is further ahead was minted by a wrong clock.
 */
export const CLOCK_NOISE_MS = 1_000;

/** The time of a ULID has 48 bits. */
const MAX_TIME_MS = 2 ** 48 - 1;

/**
 * The place of an operation at the erasure fence, and the mark that an erasure leaves: its ULID, which is minted from Redis's time and
 * rises within a producer's lane. A ULID that is ahead of the operation's own time (a host with a wrong clock minted it before Redis
 * had told its time) is brought back to that time: else such a mark would erase what others accept later, and such an operation would
 * slip through the erasures of others.
 *
 * @param id - ULID of the operation @param atMs - when it was accepted, by Redis's clock
 */
export function fenceUlid(id: string, atMs: number): string {
  if (!Number.isSafeInteger(atMs) || atMs < 0 || atMs > MAX_TIME_MS - CLOCK_NOISE_MS) return id;
  const isAhead = id.slice(0, ULID_TIME_LENGTH) > ulidTime(atMs + CLOCK_NOISE_MS);
  return isAhead ? `${ulidTime(atMs)}${id.slice(ULID_TIME_LENGTH)}` : id;
}

/** Whether `operation` was accepted before the erasure whose `fenceUlid` is `mark`; within one producer also within a millisecond. */
export function isErasedBy(operation: QueuedOperation, mark: string | null | undefined): boolean {
  return mark !== null && mark !== undefined && fenceUlid(operation.id, operation.at) < mark;
}
