import { LogReplay } from './log-replay.ts';
import { Retention } from './retention.ts';
import type { SpoolLog } from './spool-log.ts';

/** How spools are let go of. */
export interface ReplayCourseOptions {
  /** How long records are kept after Redis took them, in ms; 0 keeps them no longer than it takes. */
  readonly retainMs: number;
  /** The disk refused to let go of something. */
  readonly onDiskError: (error: unknown) => void;
}

/** The way through the spools, oldest first: those that Redis has and that are only retained, the present one, those to come. */
export class ReplayCourse {
  readonly #options: ReplayCourseOptions;
  readonly #retention: Retention<LogReplay>;
  #replays: readonly LogReplay[];
  /** Place of the one that is being replayed. */
  #place = 0;

  /** @param logs - oldest first, at least one; the last one may still grow */
  constructor(options: ReplayCourseOptions, logs: readonly SpoolLog[]) {
    this.#options = options;
    this.#replays = logs.map((log) => new LogReplay(log));
    this.#retention = new Retention(options.retainMs);
  }

  /** The one that is being replayed. */
  get current(): LogReplay {
    return this.#replays[this.#place] as LogReplay;
  }

  /** Whether it is the one that may still grow. */
  get isLast(): boolean {
    return this.#place === this.#replays.length - 1;
  }

  /** Those that Redis has had, then the present one. */
  get begun(): readonly LogReplay[] {
    return this.#replays.slice(0, this.#place + 1);
  }

  /** Records that were given to no lane yet. */
  get unread(): number {
    return this.#replays.slice(this.#place).reduce((sum, { unread }) => sum + unread, 0);
  }

  get isRetaining(): boolean {
    return !this.#retention.isEmpty;
  }

  /** Goes on to the next spool. */
  advance(): void {
    this.#place += 1;
  }

  /** Starts over with `replay`, one of those begun, behind what is settled. */
  rewindTo(replay: LogReplay): void {
    this.#place = this.#replays.indexOf(replay);
    const anew = this.#replays.slice(this.#place);
    this.#retention.forget(anew);
    for (const one of anew) one.rewind();
  }

  /** Redis has a spool up to `index`: that is let go of, or retained for the time being. */
  noteTaken(replay: LogReplay, index: number): Promise<void> {
    if (this.#options.retainMs === 0) return this.#settle(replay, index);
    this.#retention.note(replay, index, performance.now());
    return Promise.resolve();
  }

  /** Redis had everything when it was asked at `seenAtMs`: what was retained for long enough is let go of. */
  async release(seenAtMs: number): Promise<void> {
    for (const { log, index } of this.#retention.release(seenAtMs)) await this.#settle(log, index);
  }

  /** Another Redis may have answered: what is retained is retained anew. */
  retainAnew(): void {
    this.#retention.restart(performance.now());
  }

  async #settle(replay: LogReplay, index: number): Promise<void> {
    try {
      await replay.log.settle(index);
      const place = this.#replays.indexOf(replay);
      if (place < 0 || place >= this.#place || replay.log.settled < replay.log.lastIndex) return;
      this.#replays = this.#replays.filter((other) => other !== replay);
      this.#place -= 1;
      await replay.log.clear();
    } catch (error) {
      // A file that can't be removed is read by the next process, and skipped: Redis has all of it.
      this.#options.onDiskError(error);
    }
  }
}
