/**
 * Above this share of `maxmemory` spools wait while Redis empties: what is on a disk can wait longer than a call, so the room up
 * to where Redis counts as full is for calls. Otherwise spools would fill Redis up again as fast as it empties, and turn away
 * those who have none.
 */
const TIGHT_SHARE = 0.7;

/**
 * Redis counts as emptying for this long after it was seen to. With 10 s a worker that stalls for a moment was enough for spools to
 * fill Redis up to its bound again.
 */
const EMPTYING_MS = 30_000;

/** A fall by less is chance. Share of `maxmemory`. */
const FALL_SHARE = 0.001;

/** After a rise by this much falls are counted from there. Larger than what comes and goes in passing. */
const RISE_SHARE = 0.05;

/**
 * Tells whether spools had better wait for Redis to become emptier. Only while it does: where other data keep it above the mark
 * for ever, or nothing is taken from it, waiting would not help, and spools use the room that there is.
 */
export class MemoryTightness {
  #levelBytes = 0;
  #emptiedAtMs = Number.NEGATIVE_INFINITY;

  /** What was seen of Redis's memory. @returns whether spools wait */
  observe(usedBytes: number, maxBytes: number, nowMs: number): boolean {
    if (maxBytes === 0) return false;
    const isAbove = usedBytes > maxBytes * TIGHT_SHARE;
    const hasFallen = usedBytes <= this.#levelBytes - maxBytes * FALL_SHARE;
    if (hasFallen || usedBytes >= this.#levelBytes + maxBytes * RISE_SHARE) this.#levelBytes = usedBytes;
    if (hasFallen || !isAbove) this.#emptiedAtMs = nowMs;
    return isAbove && nowMs - this.#emptiedAtMs < EMPTYING_MS;
  }
}
