import type { BufferedOperation } from './buffered-operation.ts';

/** How much one job may carry. */
export interface JobLimits {
  readonly maxOperations: number;
  readonly maxBytes: number;
}

/** Where the operations of one lane wait for the write in flight, or for the spool. */
export interface LaneBuffer {
  readonly size: number;
  add(operation: BufferedOperation): void;
  /** Takes the operations of the next job, oldest first; at least one when there is one. */
  take(limits: JobLimits): readonly BufferedOperation[];
  /** Puts back what was taken last, in front. */
  putBack(operations: readonly BufferedOperation[]): void;
}

const COMPACT_AFTER = 1_024;

/** First in, first out, in memory. */
export class MemoryLaneBuffer implements LaneBuffer {
  #operations: BufferedOperation[] = [];
  #head = 0;

  get size(): number {
    return this.#operations.length - this.#head;
  }

  add(operation: BufferedOperation): void {
    this.#operations.push(operation);
  }

  take({ maxOperations, maxBytes }: JobLimits): readonly BufferedOperation[] {
    const end = Math.min(this.#operations.length, this.#head + maxOperations);
    let next = this.#head;
    let bytes = 0;
    for (; next < end; next += 1) {
      bytes += (this.#operations[next] as BufferedOperation).bytes + 1;
      if (bytes > maxBytes && next > this.#head) break;
    }
    const taken = this.#operations.slice(this.#head, next);
    this.#head = next;
    this.#compact();
    return taken;
  }

  putBack(operations: readonly BufferedOperation[]): void {
    this.#operations = [...operations, ...this.#operations.slice(this.#head)];
    this.#head = 0;
  }

  /** Forgets what was taken, now and then, so that taking stays cheap and the buffer small. */
  #compact(): void {
    if (this.#head === this.#operations.length) this.#operations = [];
    else if (this.#head < COMPACT_AFTER || this.#head * 2 < this.#operations.length) return;
    else this.#operations = this.#operations.slice(this.#head);
    this.#head = 0;
  }
}
