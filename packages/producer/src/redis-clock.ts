/** One answer that carried Redis's time; the other two on this process's monotonic clock. */
export interface ClockSample {
  readonly sentAtMs: number;
  readonly receivedAtMs: number;
  readonly redisMs: number;
}

/**
 * The offset from our monotonic clock to Redis's, kept within what the sample allows: Redis read its clock between our
 * sending and our receiving. So a slow answer never spoils a good offset, and a step of Redis's clock is followed at once.
 */
export function adjustOffset(offsetMs: number | undefined, sample: ClockSample): number {
  const low = sample.redisMs - sample.receivedAtMs;
  const high = sample.redisMs + 1 - sample.sentAtMs;
  if (offsetMs === undefined) return (low + high) / 2;
  return Math.min(Math.max(offsetMs, low), high);
}

/** Steps back beyond this are a clock that was put right, smaller ones are measuring noise. */
const NOISE_MS = 60_000;

/** The time of an operation, given that of the one before it on its lane: noise never turns time back. */
export function notBefore(lastAtMs: number, atMs: number): number {
  return lastAtMs - atMs > NOISE_MS ? atMs : Math.max(lastAtMs, atMs);
}

/** Redis's clock as seen from here: hosts with wrong clocks don't matter, nor do steps of the local clock. */
export class RedisClock {
  #offsetMs: number | undefined;
  #localOffsetMs: number | undefined;
  #correctionMs = 0;

  observe(sample: ClockSample): void {
    if (!Number.isFinite(sample.redisMs)) return;
    const isFirst = this.#offsetMs === undefined;
    const offsetMs = adjustOffset(this.#offsetMs, sample);
    this.#offsetMs = offsetMs;
    if (isFirst && this.#localOffsetMs !== undefined) this.#correctionMs = Math.round(offsetMs - this.#localOffsetMs);
  }

  /** Whether Redis has told its time. */
  get isSet(): boolean {
    return this.#offsetMs !== undefined;
  }

  /** Redis's time at an instant of `performance.now()`, in whole ms. Before the first answer: the local clock's. */
  at(monotonicMs: number): number {
    return Math.floor(monotonicMs + (this.#offsetMs ?? this.#localOffset()));
  }

  /** Add this to a time that was given out before the first answer, and it is Redis's. 0 until then. */
  get correctionMs(): number {
    return this.#correctionMs;
  }

  /** Measured once, so that one number corrects all that is built on it. */
  #localOffset(): number {
    this.#localOffsetMs ??= Date.now() - performance.now();
    return this.#localOffsetMs;
  }
}
