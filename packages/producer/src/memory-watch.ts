/** Above this share of `maxmemory`, whoever filled it, new operations are turned away. */
export const FULL_SHARE = 0.8;

/** Whether Redis is too full, from the text of `INFO memory`. A Redis without a bound is never full. */
export function isMemoryFull(info: string): boolean {
  const usedBytes = readNumber(info, 'used_memory');
  const maxBytes = readNumber(info, 'maxmemory');
  return maxBytes > 0 && usedBytes > maxBytes * FULL_SHARE;
}

function readNumber(info: string, field: string): number {
  return Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
}

/** Asked at most this often. */
const POLL_MS = 1_000;

/**
 * Keeps an eye on Redis's memory while operations are written, and while it is full, so that room is noticed without a
 * write.
 */
export class MemoryWatch {
  readonly #readInfo: () => Promise<string | undefined>;
  #isFull = false;
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  /** @param readInfo - the text of `INFO memory`; undefined when it can't be read, which counts as not full */
  constructor(readInfo: () => Promise<string | undefined>) {
    this.#readInfo = readInfo;
  }

  get isFull(): boolean {
    return this.#isFull;
  }

  /** Something is being written: look again if the last look is a second old. */
  touch(): void {
    const nowMs = performance.now();
    if (nowMs - this.#askedAtMs < POLL_MS) return;
    this.#askedAtMs = nowMs;
    void this.#readInfo().then((info) => this.observe(info));
  }

  /** Redis said so itself: it refused a write for want of memory. */
  markFull(): void {
    this.#isFull = true;
    this.#pollAgain();
  }

  observe(info: string | undefined): void {
    this.#isFull = info !== undefined && isMemoryFull(info);
    if (this.#isFull) this.#pollAgain();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #pollAgain(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.touch(), POLL_MS);
    this.#timer.unref();
  }
}
