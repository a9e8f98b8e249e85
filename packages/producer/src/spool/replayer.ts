import type { JobLimits } from '../lane-buffer.ts';
import { LONGEST_TIMER_MS } from '../longest-timer.ts';
import { retryDelayMs } from '../redis-failure.ts';
import type { LogReplay } from './log-replay.ts';
import { ReplayCourse } from './replay-course.ts';
import { type DueLane, ReplayLanes } from './replay-lanes.ts';
import { replayPauseMs } from './replay-pause.ts';
import type { ReplayTarget } from './replay-target.ts';
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

/** Operations in the spool up to which a replay doesn't pause. */
const SHORT_BACKLOG = 1_000;

/** Retained records are looked for in Redis this often while they are retained. */
const CHECKS_PER_RETENTION = 4;

/**
 * Takes spools to Redis, oldest first, each in order per lane and with one write per lane in flight. What Redis has is asked
 * for before the first write, after every reconnect, and whenever a write meets something else than it expected; so nothing
 * is written twice or left out, whoever replayed before and however that packed its jobs.
 */
export class Replayer {
  readonly #options: ReplayerOptions;
  readonly #course: ReplayCourse;
  readonly #lanes: ReplayLanes;
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
    this.#course = new ReplayCourse(options, logs);
    this.#lanes = new ReplayLanes(options.target);
  }

  /** Operations in spools that aren't known to be in Redis (numbers of failed appends may count as well). */
  get open(): number {
    return this.#lanes.open + this.#course.unread;
  }

  /** Time of the oldest of them, by Redis's clock, as far as they are read. */
  get oldestAtMs(): number | undefined {
    return this.#lanes.oldestAtMs;
  }

  /** Whether nothing is left to do, not even to retain. */
  get isIdle(): boolean {
    return this.open === 0 && !this.#course.isRetaining;
  }

  /** Whether Redis has the last log up to this index, and all before it. */
  isTaken(index: number): boolean {
    return this.#course.isLast && this.#lanes.takenOf(this.#course.current.given) >= index;
  }

  /** Redis was reached anew: what it has is asked for before anything else is written. */
  resync(): void {
    this.#isStale = true;
    // Another Redis may have answered: what is retained is read again, and left out where it has it.
    this.#isDoubtful = this.#options.retainMs > 0;
    this.#notBeforeMs = 0;
    this.#course.retainAnew();
    this.#lanes.hurry();
  }

  /** Records were appended to the last log. If it is their turn and there is room they needn't be read. */
  appended(operations: readonly SpooledOperation[], place: AppendedPlace): void {
    const { current, isLast } = this.#course;
    if (!isLast || this.#isReading || this.#isSyncing || !this.#lanes.hasRoom) return;
    if (current.passes(place)) this.#lanes.give(current, operations);
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

  get #mustSync(): boolean {
    return this.#isStale || this.#isMoved;
  }

  /** Whether the number of lanes has changed since the replay of the present spool began. */
  get #isMoved(): boolean {
    const { lanes } = this.#course.current;
    return lanes !== 0 && lanes !== this.#options.target.lanes;
  }

  /** Nothing is under way while Redis is asked, so that the answer is the whole truth. */
  #syncIfQuiet(): void {
    if (!this.#isReading && !this.#lanes.isBusy) void this.#sync();
  }

  async #sync(): Promise<void> {
    const { target } = this.#options;
    const seenAtMs = performance.now();
    this.#isSyncing = true;
    try {
      this.#isStale = false;
      const { begun, current } = this.#course;
      let from = this.#isDoubtful ? begun[0] : undefined;
      this.#isDoubtful = false;
      for (const replay of begun) {
        const expected = replay === current ? this.#lanes.expected : replay.expected;
        const isAsExpected = replay.learn(await target.reached(replay.log.id), expected);
        if (!isAsExpected || (replay === current && this.#isMoved)) from ??= replay;
      }
      if (from !== undefined) this.#rewindTo(from);
      else await this.#course.release(seenAtMs);
      this.#failures = 0;
    } catch (error) {
      this.#isStale = true;
      this.#isDoubtful = this.#options.retainMs > 0;
      this.#fail(error);
    }
    this.#isSyncing = false;
    this.#options.onProgress(false);
  }

  /** Reads on behind what is settled; what Redis has is left out on the way. */
  #rewindTo(replay: LogReplay): void {
    this.#course.rewindTo(replay);
    this.#lanes.clear();
    this.#lanes.start(replay);
  }

  async #read(): Promise<void> {
    const replay = this.#course.current;
    if (this.#isReading || replay.unread === 0 || !this.#lanes.hasRoom) return;
    this.#isReading = true;
    try {
      const { operations, damaged } = await replay.next(this.#options.target);
      if (damaged !== undefined) this.#options.onDamage(damaged);
      this.#lanes.give(replay, operations);
      await this.#settle();
    } catch (error) {
      this.#fail(error);
    }
    this.#isReading = false;
    this.#options.onProgress(false);
  }

  #writeLanes(nowMs: number): void {
    const { now, nextMs } = this.#lanes.due(nowMs);
    for (const due of now) void this.#write(due);
    this.#retryAt(nextMs);
  }

  async #write({ lane, index }: DueLane): Promise<void> {
    const { target, jobLimits } = this.#options;
    const job = lane.next(jobLimits);
    if (job === undefined) return;
    lane.isBusy = true;
    let hasTaken = false;
    try {
      const answer = await target.write(this.#course.current.log.id, index, job);
      hasTaken = answer.kind === 'taken';
      if (answer.kind === 'taken') {
        lane.taken();
        // A few operations never wait: it is long backlogs that fill lanes.
        if (this.open > SHORT_BACKLOG) lane.notBeforeMs = performance.now() + replayPauseMs(answer.laneBytes);
      } else if (answer.kind === 'moved' && answer.reached > lane.expected) lane.moveTo(answer.reached);
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
    const replay = this.#course.current;
    const index = this.#lanes.takenOf(replay.given);
    const isDone = replay.unread === 0 && this.#lanes.open === 0 && !this.#course.isLast;
    if (isDone) {
      replay.expected = this.#lanes.expected;
      this.#lanes.clear();
      this.#course.advance();
      this.#isStale = true;
    }
    await this.#course.noteTaken(replay, index);
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
    if (this.#check !== undefined || !this.#course.isRetaining) return;
    const check = () => {
      this.#check = undefined;
      this.#isStale = true;
      this.turn();
    };
    const pauseMs = Math.max(20, this.#options.retainMs / CHECKS_PER_RETENTION);
    this.#check = setTimeout(check, Math.min(pauseMs, LONGEST_TIMER_MS));
    this.#check.unref();
  }
}
