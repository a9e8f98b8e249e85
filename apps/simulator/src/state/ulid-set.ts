/** Base 32 by Crockford: the digit of each character code, -1 for what no ULID contains. */
const DIGITS = new Int8Array(128).fill(-1);
for (const [digit, character] of [...'0123456789ABCDEFGHJKMNPQRSTVWXYZ'].entries()) {
  DIGITS[character.charCodeAt(0)] = digit;
  DIGITS[character.toLowerCase().charCodeAt(0)] = digit;
}

const WORDS = 5;
const FIRST_CAPACITY = 1 << 12;

/** What `add` found: a value seen for the first time, seen before, or no ULID at all. */
export type UlidAddition = 'new' | 'repeat' | 'not-a-ulid';

/**
 * A set of ULIDs in one typed array: 20 bytes a slot, nothing for the garbage collector to walk. A `Set` of strings
 * costs five times the memory and stops the process for a tenth of a second whenever it grows past a million.
 */
export class UlidSet {
  size = 0;
  #slots = new Int32Array(FIRST_CAPACITY * WORDS);
  #mask = FIRST_CAPACITY - 1;
  readonly #decoded = new Int32Array(WORDS);

  add(id: string): UlidAddition {
    if (!decode(id, this.#decoded)) return 'not-a-ulid';
    if ((this.size + 1) * 2 > this.#mask) this.#grow();
    const slot = this.#find(this.#decoded, 0);
    if (this.#slots[slot] !== 0) return 'repeat';
    this.#slots.set(this.#decoded, slot);
    this.size += 1;
    return 'new';
  }

  has(id: string): boolean {
    return decode(id, this.#decoded) && this.#slots[this.#find(this.#decoded, 0)] !== 0;
  }

  /** The slot that holds the words at `from`, or the free one where they belong (linear probing). */
  #find(words: Int32Array, from: number): number {
    let index = hash(words, from) & this.#mask;
    for (;;) {
      const slot = index * WORDS;
      if (this.#slots[slot] === 0 || isEqual(this.#slots, slot, words, from)) return slot;
      index = (index + 1) & this.#mask;
    }
  }

  #grow(): void {
    const old = this.#slots;
    this.#mask = (this.#mask + 1) * 2 - 1;
    this.#slots = new Int32Array((this.#mask + 1) * WORDS);
    for (let from = 0; from < old.length; from += WORDS) {
      if (old[from] !== 0) this.#slots.set(old.subarray(from, from + WORDS), this.#find(old, from));
    }
  }
}

/** 26 digits as 10 + 4 x 30 bits; the first word is never 0, which marks a free slot. */
function decode(id: string, into: Int32Array): boolean {
  if (id.length !== 26 || id.charCodeAt(0) > 55) return false;
  let word = 0;
  let value = 0;
  for (let position = 0; position < 26; position += 1) {
    const code = id.charCodeAt(position);
    const digit = code < 128 ? (DIGITS[code] as number) : -1;
    if (digit === -1) return false;
    value = (value << 5) | digit;
    if (position % 6 === 1) {
      into[word] = word === 0 ? value + 1 : value;
      word += 1;
      value = 0;
    }
  }
  return true;
}

function hash(words: Int32Array, from: number): number {
  let mixed = 0;
  for (let word = 0; word < WORDS; word += 1) {
    mixed = Math.imul(mixed ^ (words[from + word] as number), 0x9e3779b1);
    mixed ^= mixed >>> 15;
  }
  return mixed;
}

const isEqual = (a: Int32Array, from: number, b: Int32Array, at: number): boolean =>
  a[from] === b[at] &&
  a[from + 1] === b[at + 1] &&
  a[from + 2] === b[at + 2] &&
  a[from + 3] === b[at + 3] &&
  a[from + 4] === b[at + 4];
