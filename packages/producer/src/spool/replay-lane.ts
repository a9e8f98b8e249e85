import { Fifo } from '../fifo.ts';
import type { JobLimits } from '../lane-buffer.ts';
import type { SpooledOperation, WriteOrigin } from './spooled-operation.ts';

/** The next job of a lane, made of spooled operations. It stays as it is until its fate is known. */
export interface ReplayJob {
  readonly operations: readonly SpooledOperation[];
  /** Index of the last operation; by it Redis tells what it has of this spool. */
  readonly lastIndex: number;
  /** The last index of this spool that the lane has, as far as we know. */
  readonly expected: number;
  /** The direct write that this repeats, if it does. */
  readonly origin: WriteOrigin | undefined;
}

/** What one lane still gets of a spool: a window of it in memory, packed into jobs, one of them in flight. */
export class ReplayLane {
  readonly #queue = new Fifo<SpooledOperation>();
  #bytes = 0;
  #current: ReplayJob | undefined;
  isBusy = false;
  /** Failed tries of the current job, for the backoff. */
  failures = 0;
  /** Not before this instant of the monotonic clock. */
  notBeforeMs = 0;
  /** The last index of this spool that the lane in Redis has. */
  expected: number;

  constructor(expected: number) {
    this.expected = expected;
  }

  get isDue(): boolean {
    return !this.isBusy && (this.#current !== undefined || this.size > 0);
  }

  /** Operations that wait, without those of the current job. */
  get size(): number {
    return this.#queue.size;
  }

  /** Operations that aren't known to be in Redis. */
  get open(): number {
    return this.size + (this.#current?.operations.length ?? 0);
  }

  /** The oldest operation that isn't known to be in Redis. */
  get oldest(): SpooledOperation | undefined {
    return this.#current?.operations[0] ?? this.#queue.at(0);
  }

  /** Their bytes. */
  get openBytes(): number {
    return this.#bytes;
  }

  add(operation: SpooledOperation): void {
    this.#queue.add(operation);
    this.#bytes += operation.bytes;
  }

  /** The job to write now. Operations of one direct write make one job, and no others are in it. */
  next({ maxOperations, maxBytes }: JobLimits): ReplayJob | undefined {
    const first = this.#queue.at(0);
    if (this.#current !== undefined || first === undefined) return this.#current;
    const most = Math.min(this.#queue.size, maxOperations);
    let count = 0;
    let bytes = 0;
    for (; count < most; count += 1) {
      const operation = this.#queue.at(count) as SpooledOperation;
      bytes += operation.bytes + 1;
      if (!isSameOrigin(operation.origin, first.origin)) break;
      if (first.origin === undefined && bytes > maxBytes && count > 0) break;
    }
    const operations = this.#queue.take(count);
    const lastIndex = (operations.at(-1) as SpooledOperation).index;
    this.#current = { operations, lastIndex, expected: this.expected, origin: first.origin };
    return this.#current;
  }

  /** The current job is in Redis. */
  taken(): void {
    const job = this.#current;
    if (job === undefined) return;
    if (job.origin === undefined) this.expected = job.lastIndex;
    this.#bytes -= bytesOf(job.operations);
    this.#current = undefined;
    this.failures = 0;
    this.notBeforeMs = 0;
  }

  /** Redis has more of this spool than we knew, from a write that we had given up: what it has is left out. */
  moveTo(expected: number): void {
    const open = [...(this.#current?.operations ?? []), ...this.#queue.take(this.#queue.size)];
    this.#current = undefined;
    const missing = open.filter(({ index }) => index > expected);
    this.#queue.putBack(missing);
    this.#bytes = bytesOf(missing);
    this.expected = expected;
  }
}

function isSameOrigin(a: WriteOrigin | undefined, b: WriteOrigin | undefined): boolean {
  return a?.run === b?.run && a?.sequence === b?.sequence;
}

function bytesOf(operations: readonly SpooledOperation[]): number {
  return operations.reduce((sum, { bytes }) => sum + bytes, 0);
}
