import type { BufferedOperation } from './buffered-operation.ts';
import { Fifo } from './fifo.ts';

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

/** First in, first out, in memory. */
export class MemoryLaneBuffer implements LaneBuffer {
  readonly #operations = new Fifo<BufferedOperation>();

  get size(): number {
    return this.#operations.size;
  }

  add(operation: BufferedOperation): void {
    this.#operations.add(operation);
  }

  take({ maxOperations, maxBytes }: JobLimits): readonly BufferedOperation[] {
    const most = Math.min(this.size, maxOperations);
    let count = 0;
    let bytes = 0;
    for (; count < most; count += 1) {
      bytes += (this.#operations.at(count) as BufferedOperation).bytes + 1;
      if (bytes > maxBytes && count > 0) break;
    }
    return this.#operations.take(count);
  }

  putBack(operations: readonly BufferedOperation[]): void {
    this.#operations.putBack(operations);
  }
}
