import type { JobLimits } from '../lane-buffer.ts';
import { retryDelayMs } from '../redis-failure.ts';
import { LogReplay } from './log-replay.ts';
import type { ReplayLane } from './replay-lane.ts';
import type { ReplayTarget } from './replay-target.ts';
import { Retention } from './retention.ts';
import type { AppendedPlace, SpoolLog } from './spool-log.ts';
import { isDiskError } from './spool-problem.ts';
import type { SpooledOperation } from './spooled-operation.ts';

/** How spools are replayed. */
export interface ReplayerOptions {
  readonly target: ReplayTarget;
  readonly jobLimits: JobLimits;
  /** How long records are kept after Redis took them, in ms; 0 keeps them no longer than it takes. */
  readonly retainMs: number;
  /** Something was taken, read or refused. */
  readonly onProgress: (hasTaken: boolean) => void;
  /** Redis refused something, or didn't answer; it is tried again. */
  readonly onRedisError: (error: unknown) => void;
  /** The disk refused to give something back, or to let go of it. The former is tried again. */
  readonly onDiskError: (error: unknown) => void;
  /** Records of a file can't be read any more; the file is kept aside. */
  readonly onDamage: (path: string) => void;
}

/** What is read ahead of Redis at most, per spool: memory stays flat however much there is to replay. */
const WINDOW = { operations: 16_384, bytes: 8 * 1_024 * 1_024 } as const;

/** Retained records are looked for in Redis this often while they are retained. */
const CHECKS_PER_RETENTION = 4;

/**
 * Takes spools to Redis, oldest first, each in order per lane and with one write per lane in flight. What Redis has is asked
 * for before the first write, after every reconnect, and whenever a write meets something else than it expected; so nothing
 * is written twice or left out, whoever replayed before and however that packed its jobs.
 */
export class Replayer {
  readonly #options: ReplayerOptions;
  readonly #retention: Retention<LogReplay>;
  /** Oldest first. */
  #replays: LogReplay[];
  /** The one that is being replayed; those before it are only retained. */
  #current = 0;
  #lanes: readonly ReplayLane[] = [];
  /** Whether Redis must be asked what it has. */
  #isStale = true;
  /** Whether all that is retained must be compared with what Redis has. */
  #isDoubtful = false;
  #isSyncing = false;
  #isReading = false;
  #failures = 0;
  #notBeforeMs = 0;
  #retry: NodeJS.Timeout | undefined;
  #check: NodeJS.Timeout | undefined;
  #isStopped = false;

  /** @param logs - oldest first, at least one; the last one may still grow */
  constructor(options: ReplayerOptions, logs: readonly SpoolLog[]) {
    this.#options = options;
    this.#replays = logs.map((log) => new LogReplay(log));
    this.#retention = new Retention(options.retainMs);
  }

  /** Whether everything that was spooled is in Redis. */
  get isDrained(): boolean {
    return this.open === 0;
  }

  /** Operations in spools that aren't known to be in Redis (numbers of failed appends may count as well). */
  get open(): number {
    let open = this.#openInLanes;
    for (let place = this.#current; place < this.#replays.length; place += 1) open += this.#replays[place]?.unread ?? 0;
    return open;
  }

  /** Whether nothing is left to do, not even to retain. */
  get isIdle(): boolean {
    return this.isDrained && this.#retention.isEmpty;
  }

  /** Whether Redis has the last log up to this index, and all before it. */
  isTaken(index: number): boolean {
    return this.#current === this.#replays.length - 1 && this.#takenIndex >= index;
  }

  /** Redis was reached anew: what it has is asked for before anything else is written. */
  resync(): void {
    this.#isStale = true;
    // Another Redis may have answered: what is retained is read again, and left out where it has it.
    this.#isDoubtful = this.#options.retainMs > 0;
    this.#notBeforeMs = 0;
    this.#retention.restart(performance.now());
    for (const lane of this.#lanes) lane.notBeforeMs = 0;
  }

  /** Records were appended to the last log. If it is their turn and there is room they needn't be read. */
  appended(operations: readonly SpooledOperation[], place: AppendedPlace): void {
    const replay = this.#replays.at(-1);
    if (replay === undefined || replay !== this.#replay || this.#isReading || this.#isSyncing || !this.#hasRoom) return;
    if (replay.passes(place)) this.#give(replay, operations);
  }

  /** Goes on, as far as Redis and the disk allow. */
  turn(): void {
    const nowMs = performance.now();
    if (this.#isStopped || this.#isSyncing || !this.#options.target.isUsable) return;
    if (this.isIdle) return;
    if (nowMs < this.#notBeforeMs) this.#retryAt(this.#notBeforeMs);
    else if (this.#mustSync) this.#syncIfQuiet();
    else {
      void this.#read();
      this.#writeLanes(nowMs);
      this.#scheduleCheck();
    }
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#check);
  }

  get #replay(): LogReplay {
    return this.#replays[this.#current] as LogReplay;
  }

  get #mustSync(): boolean {
    const { lanes } = this.#replay;
    return this.#isStale || (lanes !== 0 && lanes !== this.#options.target.lanes);
  }

  /** Every record of the present log up to this index is in Redis. */
  get #takenIndex(): number {
    let index = this.#replay.given;
    for (const { oldest } of this.#lanes) if (oldest !== undefined && oldest <= index) index = oldest - 1;
    return index;
  }

  get #openInLanes(): number {
    return this.#lanes.reduce((sum, lane) => sum + lane.open, 0);
  }

  get #hasRoom(): boolean {
    const bytes = this.#lanes.reduce((sum, lane) => sum + lane.openBytes, 0);
    return bytes < WINDOW.bytes && this.#openInLanes < WINDOW.operations;
  }

  /** Nothing is under way while Redis is asked, so that the answer is the whole truth. */
  #syncIfQuiet(): void {
    if (!this.#isReading && !this.#lanes.some(({ isBusy }) => isBusy)) void this.#sync();
  }

  async #sync(): Promise<void> {
    const { target } = this.#options;
    const seenAtMs = performance.now();
    this.#isSyncing = true;
    try {
      this.#isStale = false;
      let from = this.#isDoubtful ? 0 : undefined;
      this.#isDoubtful = false;
      for (const [place, replay] of this.#replays.slice(0, this.#current + 1).entries()) {
        const isAsExpected = replay.learn(await target.reached(replay.log.id), this.#expectedOf(place));
        const isMoved = place === this.#current && replay.lanes !== 0 && replay.lanes !== target.lanes;
        if (!isAsExpected || isMoved) from ??= place;
      }
      if (from !== undefined) this.#rewind(from);
      else await this.#release(seenAtMs);
      this.#failures = 0;
    } catch (error) {
      this.#isStale = true;
      this.#isDoubtful = this.#options.retainMs > 0;
      this.#fail(error);
    }
    this.#isSyncing = false;
    this.#options.onProgress(false);
  }

  /** The last index that each lane is known to have, by lane. */
  #expectedOf(place: number): readonly number[] {
    if (place === this.#current) return this.#lanes.map(({ expected }) => expected);
    return this.#replays[place]?.expected ?? [];
  }

  /** Reads on behind what is settled; what Redis has is left out on the way. */
  #rewind(from: number): void {
    this.#current = from;
    const anew = this.#replays.slice(from);
    this.#retention.forget(anew);
    for (const replay of anew) replay.rewind();
    this.#lanes = [];
    this.#start(this.#replay);
  }

  #start(replay: LogReplay): void {
    if (this.#lanes.length > 0) return;
    this.#lanes = replay.startUnder(this.#options.target.lanes);
  }

  async #read(): Promise<void> {
    const replay = this.#replay;
    if (this.#isReading || replay.unread === 0 || !this.#hasRoom) return;
    this.#isReading = true;
    try {
      const { operations, damaged } = await replay.next(this.#options.target);
      if (damaged !== undefined) this.#options.onDamage(damaged);
      this.#give(replay, operations);
      await this.#settle();
    } catch (error) {
      this.#fail(error);
    }
    this.#isReading = false;
    this.#options.onProgress(false);
  }

  #give(replay: LogReplay, operations: readonly SpooledOperation[]): void {
    this.#start(replay);
    const { target } = this.#options;
    for (const operation of operations) this.#lanes[target.laneOf(operation, replay.lanes)]?.add(operation);
    replay.noteGiven();
  }

  #writeLanes(nowMs: number): void {
    let earliestMs = Number.POSITIVE_INFINITY;
    this.#lanes.forEach((lane, index) => {
      if (!lane.isDue) return;
      if (lane.notBeforeMs > nowMs) earliestMs = Math.min(earliestMs, lane.notBeforeMs);
      else void this.#write(index, lane);
    });
    this.#retryAt(earliestMs);
  }

  async #write(index: number, lane: ReplayLane): Promise<void> {
    const { target, jobLimits } = this.#options;
    const job = lane.next(jobLimits);
    if (job === undefined) return;
    lane.isBusy = true;
    let hasTaken = false;
    try {
      const answer = await target.write(this.#replay.log.id, index, job);
      hasTaken = answer.kind === 'taken';
      if (answer.kind === 'taken') lane.taken();
      else if (answer.kind === 'moved' && answer.reached > lane.expected) lane.moveTo(answer.reached);
      else this.#isStale = true;
      lane.isBusy = false;
      await this.#settle();
    } catch (error) {
      lane.isBusy = false;
      lane.failures += 1;
      lane.notBeforeMs = performance.now() + retryDelayMs(lane.failures, Math.random);
      this.#options.onRedisError(error);
    }
    this.#options.onProgress(hasTaken);
  }

  /** What no lane waits for any more is done with, or kept for the time being. */
  async #settle(): Promise<void> {
    const replay = this.#replay;
    const index = this.#takenIndex;
    if (this.#options.retainMs > 0) this.#retention.note(replay, index, performance.now());
    const isDone = replay.unread === 0 && this.#openInLanes === 0 && replay !== this.#replays.at(-1);
    if (isDone) {
      replay.expected = this.#lanes.map(({ expected }) => expected);
      this.#lanes = [];
      this.#current += 1;
      this.#isStale = true;
    }
    if (this.#options.retainMs === 0) await this.#finish(replay, index);
  }

  /** Redis had everything when it was asked at `seenAtMs`. */
  async #release(seenAtMs: number): Promise<void> {
    for (const { log: replay, index } of this.#retention.release(seenAtMs)) await this.#finish(replay, index);
  }

  async #finish(replay: LogReplay, index: number): Promise<void> {
    try {
      await replay.log.settle(index);
      const place = this.#replays.indexOf(replay);
      if (place < 0 || place >= this.#current || replay.log.settled < replay.log.lastIndex) return;
      this.#replays = this.#replays.filter((other) => other !== replay);
      this.#current -= 1;
      await replay.log.clear();
    } catch (error) {
      // A file that can't be removed is read by the next process, and skipped: Redis has all of it.
      this.#options.onDiskError(error);
    }
  }

  /** Reading or asking failed: after a pause once more. */
  #fail(error: unknown): void {
    this.#failures += 1;
    this.#notBeforeMs = performance.now() + retryDelayMs(this.#failures, Math.random);
    if (isDiskError(error)) this.#options.onDiskError(error);
    else this.#options.onRedisError(error);
  }

  #retryAt(atMs: number): void {
    clearTimeout(this.#retry);
    if (atMs === Number.POSITIVE_INFINITY) return;
    this.#retry = setTimeout(() => this.turn(), Math.max(1, atMs - performance.now()));
    this.#retry.unref();
  }

  #scheduleCheck(): void {
    if (this.#check !== undefined || this.#retention.isEmpty) return;
    const check = () => {
      this.#check = undefined;
      this.#isStale = true;
      this.turn();
    };
    this.#check = setTimeout(check, Math.max(20, this.#options.retainMs / CHECKS_PER_RETENTION));
    this.#check.unref();
  }
}
