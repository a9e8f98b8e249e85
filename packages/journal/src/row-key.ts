import { createHash } from 'node:crypto';
import { isUlid } from '@cio-fleet/contracts';
import { JOURNAL_OUTCOMES, type JournalRow } from './row.ts';

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const VALUES = new Map([...CROCKFORD].map((letter, value) => [letter, value]));
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Occurrences of one outcome of one operation that can be told apart. */
const OCCURRENCES = 10_000_000;
/** Attempts of one stay in a lane or in fallback that can be told apart. */
const ATTEMPTS = 10_000;

/** The 16 bytes of an id as a UUID: a ULID by its own bits (so it sorts by time), any other text by its hash. */
export function toUuid(id: string): string {
  if (UUID.test(id)) return id.toLowerCase();
  if (isUlid(id)) return hyphenate(ulidHex(id));
  return hyphenate(createHash('sha256').update(String(id)).digest('hex').slice(0, 32));
}

/** The ULID with the bits of a UUID. */
export function uuidToUlid(uuid: string): string {
  let bits = BigInt(`0x${uuid.replaceAll('-', '')}`);
  let ulid = '';
  for (let index = 0; index < 26; index += 1) {
    ulid = (CROCKFORD[Number(bits & 31n)] ?? '0') + ulid;
    bits >>= 5n;
  }
  return ulid;
}

/**
 * Outcome and occurrence as one number. By default a delivery, a move or a rejection happens once per redrive, and a failed
 * attempt once per number of attempts in a lane, and again in fallback.
 */
export function stepOf(row: JournalRow): number {
  const outcome = Math.max(0, JOURNAL_OUTCOMES.indexOf(row.outcome));
  return outcome * OCCURRENCES + (countOf(row.occurrence ?? defaultOccurrence(row)) % OCCURRENCES);
}

/** Whether a step, other than of a failed attempt, is its operation's first of that outcome: before any redrive. */
export function isFirstOccurrence(step: number): boolean {
  return step % OCCURRENCES === 0;
}

function defaultOccurrence({ outcome, redrives = 0, lane, attempts = 0 }: JournalRow): number {
  if (outcome !== 'failed') return redrives;
  const stay = countOf(redrives) * 2 + (lane === 'fallback' ? 1 : 0);
  return stay * ATTEMPTS + (countOf(attempts) % ATTEMPTS);
}

/** What is no count must cost no more than its meaning: a step that is no number would cost the row. */
function countOf(value: number): number {
  return Number.isFinite(value) ? Math.abs(Math.trunc(value)) : 0;
}

/** 26 letters of 5 bits are 130: the two highest are 0. In two halves, since bit operations end at 32. */
function ulidHex(ulid: string): string {
  let hex = '';
  let rest = 0;
  let restBits = -2;
  for (const letter of ulid) {
    rest = (rest << 5) | (VALUES.get(letter) ?? 0);
    restBits += 5;
    while (restBits >= 4) {
      restBits -= 4;
      hex += ((rest >> restBits) & 15).toString(16);
    }
    rest &= (1 << restBits) - 1;
  }
  return hex;
}

function hyphenate(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
