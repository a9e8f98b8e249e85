import type { LaneSet } from '../lane-set.ts';
import { DiskPatience } from './disk-patience.ts';
import type { DiskTrouble } from './disk-trouble.ts';
import { SpoolBatch } from './spool-batch.ts';
import type { SpoolFolder } from './spool-folder.ts';
import type { AppendedPlace, SpoolLog } from './spool-log.ts';

/** What appends work with. */
export interface SpoolAppendsOptions {
  /** ULID under which direct writes are numbered. */
  readonly run: string;
  readonly lanes: LaneSet;
  readonly folder: SpoolFolder;
  readonly trouble: DiskTrouble;
  /** A batch is on the disk. */
  readonly onAppended: (batch: SpoolBatch, place: AppendedPlace) => void;
  /** An append has an end. */
  readonly wake: () => void;
}

/** Brings what waits in the lanes to the disk. One append is under way at a time; what arrives meanwhile is the next. */
export class SpoolAppends {
  readonly #options: SpoolAppendsOptions;
  #batch: SpoolBatch | undefined;
  #last: Promise<void> = Promise.resolve();
  #isHanging = false;
  #isStopped = false;

  constructor(options: SpoolAppendsOptions) {
    this.#options = options;
  }

  /** Operations on their way to the disk. */
  get size(): number {
    return this.#batch?.records.length ?? 0;
  }

  get isBusy(): boolean {
    return this.#batch !== undefined;
  }

  /** Whether the disk hasn't answered the last append, be it waited for or given up. */
  get isHanging(): boolean {
    return this.#isHanging;
  }

  /** Takes what waits in the lanes, as much as fits into `roomBytes`, and appends it to the log. */
  append(log: SpoolLog, roomBytes: number): void {
    const { lanes, run } = this.#options;
    if (this.isBusy || roomBytes <= 0) return;
    const batch = SpoolBatch.gather(lanes, run, roomBytes);
    if (batch.records.length === 0) return;
    this.#batch = batch;
    lanes.isPinned = true;
    void this.#write(log, batch);
  }

  /** What isn't on the disk goes back to the lanes. @returns when the disk has answered, if ever */
  stop(): Promise<void> {
    this.#isStopped = true;
    this.#batch?.undo();
    return this.#last;
  }

  async #write(log: SpoolLog, batch: SpoolBatch): Promise<void> {
    const { trouble, lanes, onAppended, wake } = this.#options;
    const patience = new DiskPatience();
    const written = this.#writeWhole(log, batch, patience.signal);
    this.#waitOut(written);
    try {
      const place = await patience.of(written);
      trouble.end();
      if (!this.#isStopped) onAppended(batch, place);
    } catch (error) {
      if (!this.#isStopped) batch.undo();
      trouble.begin(error);
    }
    this.#batch = undefined;
    lanes.isPinned = false;
    wake();
  }

  async #writeWhole(log: SpoolLog, batch: SpoolBatch, signal: AbortSignal): Promise<AppendedPlace> {
    // After trouble the folder, or the lock in it, may be gone.
    if (this.#options.trouble.code !== undefined) await this.#options.folder.hold();
    return log.append(batch.records, signal);
  }

  /** Until the disk has answered there is no next append, however long it takes. */
  #waitOut(written: Promise<unknown>): void {
    this.#isHanging = true;
    const answered = () => {
      this.#isHanging = false;
      this.#options.wake();
    };
    this.#last = written.then(answered, answered);
  }
}
