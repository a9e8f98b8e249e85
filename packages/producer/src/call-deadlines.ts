import type { BufferedOperation } from './buffered-operation.ts';
import { LONGEST_TIMER_MS } from './longest-timer.ts';

/** Answered calls are looked for when at least so many are listed. */
const FEW = 64;

/**
 * Answers calls that Redis doesn't answer in time. All calls have the same time-out, so the oldest is always due first,
 * and one timer serves them all.
 */
export class CallDeadlines {
  readonly #timeoutMs: number;
  readonly #expire: (operation: BufferedOperation) => void;
  #waiting: BufferedOperation[] = [];
  #head = 0;
  /** Length of the list at which answered calls leave it. */
  #cleanAt = FEW;
  #timer: NodeJS.Timeout | undefined;

  constructor(timeoutMs: number, expire: (operation: BufferedOperation) => void) {
    this.#timeoutMs = timeoutMs;
    this.#expire = expire;
  }

  add(operation: BufferedOperation): void {
    if (this.#waiting.length >= this.#cleanAt) this.#dropAnswered();
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
    // One that ends too early finds nothing due, and is armed anew.
    this.#timer = setTimeout(() => this.#sweep(), Math.min(delayMs, LONGEST_TIMER_MS));
    // While calls wait the connection keeps the process alive; afterwards this timer must not.
    this.#timer.unref();
  }

  #sweep(): void {
    this.#timer = undefined;
    const dueBefore = performance.now() - this.#timeoutMs + 1;
    for (;;) {
      this.#skipAnswered();
      const oldest = this.#waiting[this.#head];
      if (oldest === undefined) {
        this.#dropAnswered();
        return;
      }
      if (oldest.calledAtMs > dueBefore) {
        this.#arm(oldest.calledAtMs);
        return;
      }
      this.#head += 1;
      this.#expire(oldest);
    }
  }

  #skipAnswered(): void {
    while (this.#head < this.#waiting.length && this.#waiting[this.#head]?.settle === undefined) this.#head += 1;
  }

  /**
   * The list holds what it lists in memory: 4,000 answered operations of 32 KB would be 128 MB. Done when it has doubled, so that a call
   * costs the same however many wait.
   */
  #dropAnswered(): void {
    this.#waiting = this.#waiting.slice(this.#head).filter(({ settle }) => settle !== undefined);
    this.#head = 0;
    this.#cleanAt = Math.max(FEW, this.#waiting.length * 2);
  }
}
