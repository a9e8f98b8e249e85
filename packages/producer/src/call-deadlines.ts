import type { BufferedOperation } from './buffered-operation.ts';

/**
 * Answers calls that Redis doesn't answer in time. All calls have the same time-out, so the oldest is always due first,
 * and one timer serves them all.
 */
export class CallDeadlines {
  readonly #timeoutMs: number;
  readonly #expire: (operation: BufferedOperation) => void;
  #waiting: BufferedOperation[] = [];
  #head = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(timeoutMs: number, expire: (operation: BufferedOperation) => void) {
    this.#timeoutMs = timeoutMs;
    this.#expire = expire;
  }

  add(operation: BufferedOperation): void {
    this.#skipAnswered();
    this.#waiting.push(operation);
    if (this.#timer === undefined) this.#arm(operation.calledAtMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting = [];
    this.#head = 0;
  }

  #arm(calledAtMs: number): void {
    const delayMs = Math.max(0, calledAtMs + this.#timeoutMs - performance.now());
    this.#timer = setTimeout(() => this.#sweep(), delayMs);
    // While calls wait the connection keeps the process alive; afterwards this timer must not.
    this.#timer.unref();
  }

  #sweep(): void {
    this.#timer = undefined;
    const dueBefore = performance.now() - this.#timeoutMs + 1;
    for (;;) {
      this.#skipAnswered();
      const oldest = this.#waiting[this.#head];
      if (oldest === undefined) return;
      if (oldest.calledAtMs > dueBefore) {
        this.#arm(oldest.calledAtMs);
        return;
      }
      this.#head += 1;
      this.#expire(oldest);
    }
  }

  /** Answered calls leave from the front, so that the list stays as short as what is in flight. */
  #skipAnswered(): void {
    while (this.#head < this.#waiting.length && this.#waiting[this.#head]?.settle === undefined) this.#head += 1;
    if (this.#head === this.#waiting.length) {
      this.#waiting = [];
      this.#head = 0;
    } else if (this.#head > 4_096) {
      this.#waiting = this.#waiting.slice(this.#head);
      this.#head = 0;
    }
  }
}
