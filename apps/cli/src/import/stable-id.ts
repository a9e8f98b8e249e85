import { randomInt } from 'node:crypto';

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const TIME_CHARACTERS = 10;
const HALF_CHARACTERS = 8;

/** What makes the ids of an import its own: kept in its progress file, so that they are the same when it is resumed. */
export interface ImportSeed {
  /** When the import was begun, in ms since the epoch. */
  readonly startedAtMs: number;
  /** 40 random bits. */
  readonly salt: number;
}

export function newImportSeed(nowMs: number): ImportSeed {
  return { startedAtMs: nowMs, salt: randomInt(2 ** 40) };
}

/**
 * The ULID of the event at a byte offset. The same line of the same import always has the same one, so when a line is sent
 * again after a crash, Customer.io drops the repeat.
 */
export function stableUlid({ startedAtMs, salt }: ImportSeed, offset: number): string {
  return base32(startedAtMs, TIME_CHARACTERS) + base32(salt, HALF_CHARACTERS) + base32(offset, HALF_CHARACTERS);
}

function base32(value: number, characters: number): string {
  let text = '';
  let rest = value;
  for (let index = 0; index < characters; index += 1) {
    text = CROCKFORD.charAt(rest % 32) + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}
