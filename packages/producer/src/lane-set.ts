import { laneOf } from '@cio-fleet/contracts';
import type { BufferedOperation } from './buffered-operation.ts';
import { MemoryLaneBuffer } from './lane-buffer.ts';
import { LaneWriter } from './lane-writer.ts';
import type { RedisClock } from './redis-clock.ts';

/**
 * The lanes of a workspace as this producer knows them. The first process of a workspace fixes their number in Redis; who
 * thought otherwise adopts it, and hashes what it has buffered anew.
 */
export class LaneSet {
  readonly #clock: RedisClock;
  #writers: LaneWriter[] = [];
  #count: number;
  /** The number to adopt once no write is in flight. */
  #pendingCount: number | undefined;
  /** While operations are on their way to the spool they must not move to another lane. */
  isPinned = false;

  constructor(count: number, clock: RedisClock) {
    this.#clock = clock;
    this.#count = count;
    this.#grow(count);
  }

  get count(): number {
    return this.#count;
  }

  /** Whether writes must wait for a new number of lanes. */
  get isChanging(): boolean {
    return this.#pendingCount !== undefined;
  }

  add(operation: BufferedOperation): void {
    this.of(operation).add(operation);
  }

  of(operation: BufferedOperation): LaneWriter {
    return this.#writers[laneOf(operation.laneKey, this.#count)] as LaneWriter;
  }

  /** Every lane with its index, also those beyond the count that once had operations. */
  entries(): IterableIterator<[number, LaneWriter]> {
    return this.#writers.entries();
  }

  /** Redis says that the workspace has `count` lanes. */
  adopt(count: number): void {
    if (count === this.#count) return;
    this.#pendingCount = count;
    this.changeIfQuiet();
  }

  /**
   * Moves everything to its lane under the new number, as soon as no write's fate is open: an unanswered write may be in
   * Redis already, and must end before its operations can be told from the rest. Order per person holds, because all
   * operations of a person come from one lane, oldest first, and go to one lane.
   */
  changeIfQuiet(): void {
    if (this.#pendingCount === undefined || this.isPinned) return;
    if (this.#writers.some(({ isBusy, isUnknown }) => isBusy || isUnknown)) return;
    const moved = this.#writers.flatMap((writer) => writer.takeAll());
    this.#count = this.#pendingCount;
    this.#pendingCount = undefined;
    this.#grow(this.#count);
    for (const operation of moved) this.add(operation);
  }

  #grow(count: number): void {
    while (this.#writers.length < count) this.#writers.push(new LaneWriter(new MemoryLaneBuffer(), this.#clock));
  }
}
