/** What the delay before the next attempt depends on. */
export interface BackoffInput {
  /** Attempts made so far, 1-based: 1 after the first failure. */
  readonly attempt: number;
  /** Upper bound of the first delay, in ms; each further attempt doubles it. */
  readonly baseMs: number;
  /** No delay is longer, in ms. */
  readonly capMs: number;
  /** A number in [0, 1). @defaultValue Math.random */
  readonly random?: () => number;
}

/** Full jitter may draw 0; a lane that waits at all waits this long, so that no one hammers. */
const FLOOR_MS = 50;

/**
 * Exponential backoff with full jitter: anywhere between the floor and `baseMs * 2^(attempt - 1)`, at most `capMs`. Workers
 * that failed together come back spread out.
 *
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoffMs({ attempt, baseMs, capMs, random = Math.random }: BackoffInput): number {
  const ceilingMs = Math.min(capMs, baseMs * 2 ** Math.max(0, attempt - 1));
  const floorMs = Math.min(FLOOR_MS, ceilingMs);
  return Math.round(floorMs + random() * (ceilingMs - floorMs));
}
