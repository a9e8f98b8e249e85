const COMPACT_AFTER = 1_024;

/** First in, first out. What was taken is let go of at once: a thousand operations of 32 KB would be 32 MB. */
export class Fifo<T> {
  #items: (T | undefined)[] = [];
  #head = 0;

  get size(): number {
    return this.#items.length - this.#head;
  }

  /** What waits at `index`, 0 being the oldest. */
  at(index: number): T | undefined {
    return this.#items[this.#head + index];
  }

  add(item: T): void {
    this.#items.push(item);
  }

  /** Takes the `count` oldest, or all there are. */
  take(count: number): T[] {
    const end = Math.min(this.#items.length, this.#head + count);
    const taken = this.#items.slice(this.#head, end) as T[];
    this.#items.fill(undefined, this.#head, end);
    this.#head = end;
    this.#compact();
    return taken;
  }

  /** Puts `items` in front of all others. */
  putBack(items: readonly T[]): void {
    this.#items = [...items, ...this.#items.slice(this.#head)];
    this.#head = 0;
  }

  /** Done now and then, so that taking costs the same however many wait. */
  #compact(): void {
    if (this.#head === this.#items.length) this.#items = [];
    else if (this.#head < COMPACT_AFTER || this.#head * 2 < this.#items.length) return;
    else this.#items = this.#items.slice(this.#head);
    this.#head = 0;
  }
}
