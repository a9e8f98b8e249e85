import { monotonicFactory, ulid } from 'ulid';

const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/** Whether `value` is a ULID in canonical upper case. */
export function isUlid(value: unknown): value is string {
  return typeof value === 'string' && ULID.test(value);
}

/** A fresh ULID, not ordered against others of the same millisecond. */
export function newUlid(): string {
  return ulid();
}

/** Mints ULIDs that sort in the order they were minted, also within one millisecond and when the clock steps back. */
export function createUlidFactory(): (atMs: number) => string {
  return monotonicFactory();
}
