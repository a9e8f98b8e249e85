import { crc32 } from 'node:zlib';

/** Persons of a group of failures are counted by how many of these they hit. See `estimatePersons`. */
export const PERSON_BUCKETS = 4_096;

const [NOT_HIT, HIT] = [48, 49]; // "0" and "1"

/** Which buckets were hit: a text of zeros and ones, which PostgreSQL takes as bits and SQLite as text. */
export class PersonBuckets {
  readonly #bits = Buffer.alloc(PERSON_BUCKETS, NOT_HIT);

  add(person: string): void {
    this.#bits[bucketOf(person)] = HIT;
  }

  /** Adds what others have hit. */
  join(text: string): void {
    for (let at = text.indexOf('1'); at !== -1; at = text.indexOf('1', at + 1)) this.#bits[at] = HIT;
  }

  /** About how many persons were added. */
  estimate(): number {
    return estimatePersons(this.#bits.reduce((hit, bit) => hit + bit - NOT_HIT, 0));
  }

  toString(): string {
    return this.#bits.toString('latin1');
  }
}

/** The buckets that either of two texts has. */
export function joinBuckets(a: string, b: string): string {
  const joined = new PersonBuckets();
  joined.join(a);
  joined.join(b);
  return joined.toString();
}

/**
 * About how many persons hit `buckets` of {@link PERSON_BUCKETS} buckets (linear counting): within a few per cent up to 10,000,
 * and no more than about 34,000.
 */
function estimatePersons(buckets: number): number {
  const free = Math.max(1, PERSON_BUCKETS - buckets);
  return Math.round(-PERSON_BUCKETS * Math.log(free / PERSON_BUCKETS));
}

/** Spread evenly: a CRC alone puts numbered persons into a pattern. The mixing is that of MurmurHash3. */
function bucketOf(person: string): number {
  let bits = crc32(person);
  bits = Math.imul(bits ^ (bits >>> 16), 0x85_eb_ca_6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2_b2_ae_35);
  return ((bits ^ (bits >>> 16)) >>> 0) % PERSON_BUCKETS;
}
