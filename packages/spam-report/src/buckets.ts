/** How the report is cut into pieces of time. */
export interface BucketSize {
  /** Begins the name of each bucket. */
  readonly letter: 'm' | 'h';
  readonly ms: number;
  /** How long a bucket is kept, in seconds. */
  readonly ttlSeconds: number;
}

export const MINUTES: BucketSize = { letter: 'm', ms: 60_000, ttlSeconds: 2 * 3_600 };
export const HOURS: BucketSize = { letter: 'h', ms: 3_600_000, ttlSeconds: 48 * 3_600 };

/** Windows up to this long are read by the minute, in ms. */
const BY_MINUTE_MS = 3_600_000;
const LONGEST_MS = 24 * 3_600_000;

export function bucketOf(size: BucketSize, atMs: number): string {
  return `${size.letter}${Math.floor(atMs / size.ms)}`;
}

/** The buckets of the last `windowMs`, oldest first, each with its start in ms. */
export function bucketsOf(windowMs: number, nowMs: number) {
  const size = windowMs <= BY_MINUTE_MS ? MINUTES : HOURS;
  const last = Math.floor(nowMs / size.ms);
  const count = Math.max(1, Math.ceil(Math.min(windowMs, LONGEST_MS) / size.ms));
  const buckets = Array.from({ length: count }, (_, index) => {
    const number = last - count + 1 + index;
    return { name: `${size.letter}${number}`, startMs: number * size.ms };
  });
  return { size, buckets };
}
