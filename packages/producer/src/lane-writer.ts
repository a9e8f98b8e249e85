import { createUlidFactory } from '@cio-fleet/contracts';
import type { BufferedOperation } from './buffered-operation.ts';
import type { JobLimits, LaneBuffer } from './lane-buffer.ts';
import { notBefore, type RedisClock } from './redis-clock.ts';

/** A job that was taken from the buffer. Its id, sequence and operations stay as they are, however often it is tried. */
export interface LaneJob {
  readonly sequence: number;
  readonly jobId: string;
  readonly operations: readonly BufferedOperation[];
}

/**
 * One lane's way to Redis: at most one write in flight, in order. What arrives meanwhile collects and becomes the next job,
 * so a lone operation is written at once and a busy lane fills its jobs, as group commit does.
 */
export class LaneWriter {
  readonly #buffer: LaneBuffer;
  readonly #clock: RedisClock;
  #mintUlid = createUlidFactory();
  #current: LaneJob | undefined;
  #sequence = 0;
  #lastAtMs = 0;
  #lastMintedMs = 0;
  /** Whether `#lastAtMs` is Redis's time. */
  #hasRedisTime = false;
  /** Whether a try of the current job is in flight. */
  isBusy = false;
  /** Whether the current job may be in Redis: it was sent, and no answer said what became of it. */
  isUnknown = false;
  /** Failed tries of the current job, for the backoff. */
  failures = 0;
  /** Not before this instant of the monotonic clock. */
  notBeforeMs = 0;

  constructor(buffer: LaneBuffer, clock: RedisClock) {
    this.#buffer = buffer;
    this.#clock = clock;
  }

  add(operation: BufferedOperation): void {
    this.#buffer.add(operation);
  }

  /** Whether there is something to write that isn't being written. */
  get isDue(): boolean {
    return !this.isBusy && (this.#current !== undefined || this.#buffer.size > 0);
  }

  /** The job to write now: the one whose fate is unknown before any new one. */
  next(limits: JobLimits): LaneJob | undefined {
    if (this.#current === undefined) {
      const operations = this.#buffer.take(limits);
      if (operations.length === 0) return undefined;
      for (const operation of operations) this.stamp(operation);
      this.#sequence += 1;
      // The same factory: nothing else of this lane can have this ULID, and fresh random digits cost more than a job.
      this.#current = { sequence: this.#sequence, jobId: this.#mint(this.#lastAtMs), operations };
    }
    return this.#current;
  }

  /** The current job's fate is known: it is in Redis, or never will be. */
  finish(): readonly BufferedOperation[] {
    const operations = this.#current?.operations ?? [];
    this.#current = undefined;
    this.isUnknown = false;
    this.failures = 0;
    this.notBeforeMs = 0;
    return operations;
  }

  /** The job whose fate is open, if there is one. */
  get current(): LaneJob | undefined {
    return this.#current;
  }

  /** Takes what waits behind the current job, for the spool. */
  takeWaiting(limits: JobLimits): readonly BufferedOperation[] {
    const operations = this.#buffer.take(limits);
    for (const operation of operations) this.stamp(operation);
    return operations;
  }

  /** The spool couldn't take them. */
  putBack(operations: readonly BufferedOperation[]): void {
    this.#buffer.putBack(operations);
  }

  /** Operations that wait behind the current job. */
  get waiting(): number {
    return this.#buffer.size;
  }

  /** Empties the lane, oldest first; the current job must be known not to be in Redis. */
  takeAll(): readonly BufferedOperation[] {
    const current = this.finish();
    const waiting = this.#buffer.take({ maxOperations: Number.POSITIVE_INFINITY, maxBytes: Number.POSITIVE_INFINITY });
    const operations = [...current, ...waiting];
    // Ids of another lane's factory rise on their own; stamped here, they stay in order.
    for (const operation of operations) this.stamp(operation);
    return operations;
  }

  /**
   * Gives the operation its id, once, and its time: Redis's, as soon as that is known. Ids and times of a lane rise in the order of its
   * calls, unless a clock was put right.
   */
  stamp(operation: BufferedOperation): void {
    if (operation.hasRedisTime) return;
    const { isSet } = this.#clock;
    if (operation.id !== undefined && !isSet) return;
    if (isSet && !this.#hasRedisTime) {
      this.#hasRedisTime = true;
      this.#lastAtMs = 0; // Of the local clock, which says nothing.
    }
    // Together with their ids, so that both tell the same operations of one millisecond.
    const { correctionMs } = this.#clock;
    const atMs = operation.id === undefined ? this.#clock.at(operation.calledAtMs) : operation.atMs + correctionMs;
    this.#lastAtMs = notBefore(this.#lastAtMs, atMs);
    operation.atMs = this.#lastAtMs;
    operation.hasRedisTime = isSet;
    operation.id ??= this.#mint(this.#lastAtMs);
  }

  /**
   * ULIDs rise, but not out of reach: a factory never goes back by itself, so one that had followed a wrong clock would mint ids of the
   * future until time has caught up, and erasures are told from what came before them by their ids.
   */
  #mint(atMs: number): string {
    const mintMs = notBefore(this.#lastMintedMs, atMs);
    if (mintMs < this.#lastMintedMs) this.#mintUlid = createUlidFactory();
    this.#lastMintedMs = mintMs;
    return this.#mintUlid(mintMs);
  }
}
