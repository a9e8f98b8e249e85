import type { QueuedOperation } from './queued-operation.ts';
import { ULID_TIME_LENGTH, ulidTime } from './ulid.ts';

/**
 * A ULID may be off Redis's time by what a producer's measure of Redis's clock may be off: half of the time that it waits for an
 * answer. What is further off was minted by a wrong clock.
 */
export const CLOCK_NOISE_MS = 1_000;

/**
 * The place of an operation at the erasure fence, and the mark that an erasure leaves: its ULID, which is minted from Redis's time and
 * rises within a producer's lane. A ULID that is off the operation's own time (a host with a wrong clock minted it before Redis had
 * told its time) is brought to that time. Else the mark of one that is ahead would erase what others accept later, that of one that is
 * behind would leave what they had accepted before; and operations would slip through the erasures of others, or fall to those of hours
 * before them.
 *
 * @param id - ULID of the operation @param atMs - when it was accepted, by Redis's clock
 */
export function fenceUlid(id: string, atMs: number): string {
  if (!Number.isSafeInteger(atMs)) return id;
  // As texts: an id may be none of ours, and then tells no time.
  const time = id.slice(0, ULID_TIME_LENGTH);
  const isOff = time > ulidTime(atMs + CLOCK_NOISE_MS) || time < ulidTime(atMs - CLOCK_NOISE_MS);
  return isOff ? `${ulidTime(atMs)}${id.slice(ULID_TIME_LENGTH)}` : id;
}

/** Whether `operation` was accepted before the erasure whose `fenceUlid` is `mark`; within one producer also within a millisecond. */
export function isErasedBy(operation: QueuedOperation, mark: string | null | undefined): boolean {
  return mark !== null && mark !== undefined && fenceUlid(operation.id, operation.at) < mark;
}
