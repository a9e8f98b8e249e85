import { MemoryTightness } from './memory-tightness.ts';

/** Above this share of `maxmemory`, whoever filled it, new operations are turned away. */
export const FULL_SHARE = 0.8;

/** Whether Redis is too full, from the text of `INFO memory`. A Redis without a bound is never full. */
export function isMemoryFull(info: string): boolean {
  return roomBytes(info) < 0;
}

/** Bytes that may still be written until Redis counts as full; negative when it is. */
function roomBytes(info: string): number {
  const maxBytes = readNumber(info, 'maxmemory');
  if (maxBytes === 0) return Number.POSITIVE_INFINITY;
  return maxBytes * FULL_SHARE - readNumber(info, 'used_memory');
}

function readNumber(info: string, field: string): number {
  return Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
}

/** Asked at most this often, unless much is written. */
const POLL_MS = 1_000;

/** Asked again when this share of the room seen last was written: a fast producer fills a small Redis within a second. */
const ROOM_SHARE = 1 / 16;

/**
 * Keeps an eye on Redis's memory while operations are written, and while it is full or tight, so that room is noticed without
 * a write.
 */
export class MemoryWatch {
  readonly #readInfo: () => Promise<string | undefined>;
  readonly #onRoom: () => void;
  #isFull = false;
  #isTight = false;
  readonly #tightness = new MemoryTightness();
  #roomBytes = Number.POSITIVE_INFINITY;
  #writtenBytes = 0;
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param readInfo - the text of `INFO memory`; undefined when it can't be read, which counts as not full
   * @param onRoom - called when Redis was full or tight and is not any more
   */
  constructor(readInfo: () => Promise<string | undefined>, onRoom: () => void = () => undefined) {
    this.#readInfo = readInfo;
    this.#onRoom = onRoom;
  }

  get isFull(): boolean {
    return this.#isFull;
  }

  /** Whether what can wait had better wait, see MemoryTightness. */
  get isTight(): boolean {
    return this.#isTight;
  }

  /** `bytes` are being written: look again if the last look is a second old, or much was written since. */
  touch(bytes = 0): void {
    const nowMs = performance.now();
    this.#writtenBytes += bytes;
    if (nowMs - this.#askedAtMs < POLL_MS && this.#writtenBytes < this.#roomBytes * ROOM_SHARE) return;
    this.#look();
  }

  /** Redis said so itself: it refused a write for want of memory. */
  markFull(): void {
    this.#isFull = true;
    this.#isTight = true;
    this.#pollAgain();
  }

  observe(info: string | undefined): void {
    this.#roomBytes = info === undefined ? Number.POSITIVE_INFINITY : roomBytes(info);
    const wasShort = this.#isFull || this.#isTight;
    this.#isFull = this.#roomBytes < 0;
    this.#isTight = info !== undefined && this.#judgeTightness(info);
    if (this.#isFull || this.#isTight) this.#pollAgain();
    // For some or for all: whoever waited looks for himself.
    if (wasShort && !(this.#isFull && this.#isTight)) this.#onRoom();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #look(): void {
    this.#askedAtMs = performance.now();
    this.#writtenBytes = 0;
    void this.#readInfo().then((info) => this.observe(info));
  }

  #judgeTightness(info: string): boolean {
    const [usedBytes, maxBytes] = [readNumber(info, 'used_memory'), readNumber(info, 'maxmemory')];
    return this.#tightness.observe(usedBytes, maxBytes, performance.now());
  }

  #pollAgain(): void {
    clearTimeout(this.#timer);
    // Not by `touch`, for which it may be a moment too early: nothing else would ask again.
    this.#timer = setTimeout(() => this.#look(), POLL_MS);
    this.#timer.unref();
  }
}
