import { getRandomValues } from 'node:crypto';
import { decodeTime, encodeTime, monotonicFactory, ulid } from 'ulid';

const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/** Whether `value` is a ULID in canonical upper case. */
export function isUlid(value: unknown): value is string {
  return typeof value === 'string' && ULID.test(value);
}

const pool = new Uint8Array(4096);
let used = pool.length;

/** A number in [0, 1) of a pool of random bytes. The library's own source asks the system for each byte, at 80 µs a ULID. */
function pooledRandom(): number {
  if (used === pool.length) {
    getRandomValues(pool);
    used = 0;
  }
  const byte = pool[used] ?? 0;
  used += 1;
  return byte / 256;
}

/** Characters of a ULID that tell its time. */
export const ULID_TIME_LENGTH = 10;

/** The time of a ULID has 48 bits. */
const MAX_ULID_MS = 2 ** 48 - 1;

/**
 * What the ULIDs of an instant begin with: texts of this length sort by time. An instant that no ULID can tell has that of the nearest.
 *
 * @param atMs - a whole number of ms since the epoch
 */
export function ulidTime(atMs: number): string {
  return encodeTime(Math.min(Math.max(0, atMs), MAX_ULID_MS), ULID_TIME_LENGTH);
}

/** When a ULID was made, by the clock of its maker, in ms since the epoch. @param id - a ULID in upper case, see `isUlid` */
export function ulidMs(id: string): number {
  return decodeTime(id);
}

/** A fresh ULID, not ordered against others of the same millisecond. */
export function newUlid(): string {
  return ulid(undefined, pooledRandom);
}

/** Mints ULIDs that sort in the order they were minted, also within one millisecond and when the clock steps back. */
export function createUlidFactory(): (atMs: number) => string {
  return monotonicFactory(pooledRandom);
}
