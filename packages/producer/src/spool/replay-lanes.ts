import type { LogReplay } from './log-replay.ts';
import type { ReplayLane } from './replay-lane.ts';
import type { ReplayTarget } from './replay-target.ts';
import type { SpooledOperation } from './spooled-operation.ts';

/** What is read ahead of Redis at most, per spool: memory stays flat however much there is to replay. */
const WINDOW = { operations: 16_384, bytes: 8 * 1_024 * 1_024 } as const;

/** A lane that has something to write, and its number. */
export interface DueLane {
  readonly lane: ReplayLane;
  readonly index: number;
}

/** The lanes of the spool that is being replayed: a window of its operations, in memory. */
export class ReplayLanes {
  readonly #target: ReplayTarget;
  #lanes: readonly ReplayLane[] = [];

  constructor(target: ReplayTarget) {
    this.#target = target;
  }

  /** Operations that aren't known to be in Redis. */
  get open(): number {
    return this.#lanes.reduce((sum, lane) => sum + lane.open, 0);
  }

  /** Whether more may be read. */
  get hasRoom(): boolean {
    const bytes = this.#lanes.reduce((sum, lane) => sum + lane.openBytes, 0);
    return bytes < WINDOW.bytes && this.open < WINDOW.operations;
  }

  /** Whether a write is in flight. */
  get isBusy(): boolean {
    return this.#lanes.some(({ isBusy }) => isBusy);
  }

  /** The last index that each lane is known to have. */
  get expected(): readonly number[] {
    return this.#lanes.map(({ expected }) => expected);
  }

  /** Every record up to this index is in Redis, of those up to `given`. */
  takenOf(given: number): number {
    let index = given;
    for (const { oldest } of this.#lanes) if (oldest !== undefined && oldest.index <= index) index = oldest.index - 1;
    return index;
  }

  /** Time of the oldest operation that isn't known to be in Redis, by Redis's clock; undefined without any. */
  get oldestAtMs(): number | undefined {
    const times = this.#lanes.flatMap(({ oldest }) => (oldest === undefined ? [] : [oldest.atMs]));
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** Makes the lanes for a spool, where there are none. */
  start(replay: LogReplay): void {
    if (this.#lanes.length === 0) this.#lanes = replay.startUnder(this.#target.lanes);
  }

  /** Forgets everything; the next spool has lanes of its own. */
  clear(): void {
    this.#lanes = [];
  }

  /** Gives operations of the spool to their lanes. */
  give(replay: LogReplay, operations: readonly SpooledOperation[]): void {
    this.start(replay);
    for (const operation of operations) this.#lanes[this.#target.laneOf(operation, replay.lanes)]?.add(operation);
    replay.noteGiven();
  }

  /** The lanes to write now, and when the next one is due that must wait. */
  due(nowMs: number): { readonly now: readonly DueLane[]; readonly nextMs: number } {
    const now: DueLane[] = [];
    let nextMs = Number.POSITIVE_INFINITY;
    this.#lanes.forEach((lane, index) => {
      if (!lane.isDue) return;
      if (lane.notBeforeMs > nowMs) nextMs = Math.min(nextMs, lane.notBeforeMs);
      else now.push({ lane, index });
    });
    return { now, nextMs };
  }

  /** Pauses are over. */
  hurry(): void {
    for (const lane of this.#lanes) lane.notBeforeMs = 0;
  }
}
