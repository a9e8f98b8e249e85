import { join } from 'node:path';
import type { BufferedOperation } from '../buffered-operation.ts';
import { type EnqueueErrorCode, type EnqueueResult, failure } from '../enqueue-result.ts';
import type { FailureReport } from '../failure-report.ts';
import type { JobLimits } from '../lane-buffer.ts';
import type { LaneSet } from '../lane-set.ts';
import { DiskPatience } from './disk-patience.ts';
import { HEADER_BYTES } from './record-format.ts';
import type { ReplayTarget } from './replay-target.ts';
import { Replayer } from './replayer.ts';
import { SpoolBatch } from './spool-batch.ts';
import type { SpoolDisk } from './spool-disk.ts';
import { SpoolFolder } from './spool-folder.ts';
import type { AppendedPlace, SpoolLog } from './spool-log.ts';
import { type SpoolProblem, type SpoolProblemCode, spoolProblem } from './spool-problem.ts';
import { type SpoolRoute, spoolRoute } from './spool-route.ts';
import { SpoolWaiters } from './spool-waiters.ts';

/** How the spool works; see the options of the producer. */
export interface SpoolOptions {
  readonly spoolDir: string;
  readonly workspace: string;
  readonly spoolMode: 'overflow' | 'always';
  readonly spoolMaxBytes: number;
  readonly spoolSegmentBytes: number;
  readonly spoolRetainMs: number;
  readonly jobLimits: JobLimits;
  readonly disk: SpoolDisk;
}

/** What the spool needs of the producer. */
export interface SpoolHost {
  /** ULID under which direct writes are numbered. */
  readonly run: string;
  readonly lanes: LaneSet;
  readonly target: ReplayTarget;
  readonly report: FailureReport;
  /** These are durable, or lost: their callers get the answer. */
  leave(operations: readonly BufferedOperation[], resultOf: (operation: BufferedOperation) => EnqueueResult): void;
  /** Calls `turn` soon. */
  wake(): void;
  /** Whether the spool has business with Redis. */
  want(isWanted: boolean): void;
  /** Whether Redis is fine, as far as is known. */
  isHopeful(): boolean;
  /** Redis took something. */
  redisTook(): void;
  /** Redis refused a replay, or didn't answer. */
  redisFailed(error: unknown): void;
}

/** After the disk refused, it is tried again after this long. */
const RETRY_MS = 1_000;

/** Space is freed segment by segment, so there are always some of them. */
const SEGMENTS_AT_LEAST = 16;

/** What a record takes beside its operation, with a lane key of usual length. */
const RECORD_OVERHEAD_BYTES = 120;

/** The producer's log on disk: takes operations while Redis can't, and brings them there when it can. */
export class Spool {
  readonly #options: SpoolOptions;
  readonly #host: SpoolHost;
  readonly #folder: SpoolFolder;
  readonly #waiters = new SpoolWaiters();
  #logs: readonly SpoolLog[] = [];
  /** The last of them, which is appended to; undefined until the folder is ours. */
  #own: SpoolLog | undefined;
  #replayer: Replayer | undefined;
  #opening: Promise<void> | undefined;
  #problem: SpoolProblem | undefined;
  /** What the host knows of. */
  #told: SpoolProblemCode | undefined;
  #retryAtMs = 0;
  #retry: NodeJS.Timeout | undefined;
  #isTroubled = false;
  #route: SpoolRoute = 'wait';
  #batch: SpoolBatch | undefined;
  #appending: Promise<void> = Promise.resolve();
  /** Whether the disk hasn't answered the last append, be it waited for or given up. */
  #isHanging = false;
  #isClosed = false;

  constructor(options: SpoolOptions, host: SpoolHost) {
    this.#options = options;
    this.#host = host;
    this.#folder = new SpoolFolder({
      disk: options.disk,
      folder: join(options.spoolDir, options.workspace),
      segmentBytes: Math.min(options.spoolSegmentBytes, options.spoolMaxBytes / SEGMENTS_AT_LEAST),
    });
  }

  /** Whether direct writes may go on. */
  get allowsDirect(): boolean {
    return this.#route === 'direct';
  }

  /** Why operations can't go to disk; undefined when they can. */
  get problemCode(): EnqueueErrorCode | undefined {
    return this.#problem?.code;
  }

  /** Operations on disk that Redis doesn't have. */
  get spooled(): number {
    return this.#replayer?.open ?? 0;
  }

  /** Whether operations need the disk, and it has no room for these on top of what it has. */
  isFullFor(bytes: number, operations: number): boolean {
    if (this.#route !== 'spool' || this.#problem !== undefined) return false;
    return this.#roomBytes < bytes + operations * RECORD_OVERHEAD_BYTES + HEADER_BYTES;
  }

  /** Looks at what former runs left; it goes to Redis even if this run never has an operation. */
  open(): Promise<void> {
    this.#opening ??= this.#open();
    return this.#opening;
  }

  /** Redis is unreachable, too slow, full, or refuses: operations go to disk until it takes something again. */
  trigger(): void {
    this.#isTroubled = true;
    this.#host.wake();
  }

  /** Redis took something. */
  noteTaken(): void {
    this.#isTroubled = false;
  }

  /** Redis was reached anew. */
  reconnected(): void {
    this.#replayer?.resync();
  }

  /** Goes on: appends what must be on disk, and replays. */
  turn(): void {
    if (this.#isClosed) return;
    this.#decide();
    if (this.#route === 'spool' && this.#batch === undefined) this.#append();
    this.#replayer?.turn();
    this.#waiters.look((index) => this.#isTaken(index), this.#host.isHopeful());
  }

  /** Waits until what was appended so far is in Redis; with `whileHopeful` no longer than Redis is fine. */
  async replayed(timeoutMs: number, whileHopeful: boolean): Promise<void> {
    if (this.#isClosed || this.spooled === 0 || (whileHopeful && !this.#host.isHopeful())) return;
    await this.#waiters.wait({ index: this.#own?.lastIndex ?? 0, whileHopeful, timeoutMs });
  }

  /** Leaves everything that isn't in Redis to the next process. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#retry);
    this.#replayer?.stop();
    this.#waiters.stop();
    const unsynced = this.#batch;
    unsynced?.undo();
    const closed = Promise.allSettled([this.#opening, this.#appending]).then(() => this.#closeFiles());
    // A disk that hangs must not hang the host: then the files are closed when it answers.
    if (unsynced !== undefined || this.#isHanging) return;
    await new DiskPatience().of(closed).catch((error: unknown) => this.#tell(error));
  }

  async #closeFiles(): Promise<void> {
    try {
      await this.#closeLogs(this.#logs);
    } catch (error) {
      this.#tell(error);
    }
  }

  async #closeLogs(logs: readonly SpoolLog[]): Promise<void> {
    for (const log of logs) {
      await log.clear();
      await log.close();
    }
    await this.#folder.release();
  }

  #decide(): void {
    const canAppend = this.#problem === undefined || (performance.now() >= this.#retryAtMs && !this.#isHanging);
    if (this.#own === undefined && this.#problem !== undefined && canAppend) {
      this.#retryAtMs = Number.POSITIVE_INFINITY;
      this.#opening = this.#open();
    }
    this.#route = spoolRoute({
      isOpening: this.#own === undefined && this.#problem === undefined,
      canAppend: canAppend && this.#own !== undefined,
      isAlways: this.#options.spoolMode === 'always',
      isTroubled: this.#isTroubled,
      open: this.spooled + (this.#batch?.records.length ?? 0),
    });
  }

  async #open(): Promise<void> {
    const { target, report } = this.#host;
    const opened = this.#folder.open();
    try {
      this.#logs = await new DiskPatience().of(opened);
      this.#own = this.#logs.at(-1);
      this.#replayer = new Replayer(
        {
          target,
          jobLimits: this.#options.jobLimits,
          retainMs: this.#options.spoolMode === 'always' ? this.#options.spoolRetainMs : 0,
          onProgress: (hasTaken) => this.#onProgress(hasTaken),
          onRedisError: (error) => this.#host.redisFailed(error),
          onDiskError: (error) => this.#tell(error),
          onDamage: (path) => report.failed(failure('SPOOL_DAMAGED', { detail: path })),
        },
        this.#logs,
      );
      this.#problem = undefined;
      this.#told = undefined;
      if (this.spooled > 0) this.#host.want(true);
    } catch (error) {
      this.#refuse(error);
      // If it was only slow: what it opened is closed, and the next try finds it again.
      this.#isHanging = true;
      await opened.then((logs) => this.#closeLogs(logs)).catch(() => undefined);
      this.#isHanging = false;
    }
    this.#host.wake();
  }

  #onProgress(hasTaken: boolean): void {
    if (this.#isClosed) return;
    if (hasTaken) {
      this.#isTroubled = false;
      this.#host.redisTook();
    }
    const isIdle = this.#replayer?.isIdle ?? true;
    this.#host.want(!isIdle);
    const mayClear = this.#route !== 'spool' || this.#options.spoolMode === 'always';
    if (isIdle && mayClear && this.#batch === undefined && this.#own !== undefined) {
      this.#own.clear().catch((error: unknown) => this.#tell(error));
    }
    this.#host.wake();
  }

  get #roomBytes(): number {
    return this.#options.spoolMaxBytes - this.#logs.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  #append(): void {
    const { lanes, run } = this.#host;
    const own = this.#own;
    const roomBytes = this.#roomBytes - HEADER_BYTES;
    if (own === undefined || roomBytes <= 0) return;
    const batch = SpoolBatch.gather(lanes, run, roomBytes);
    if (batch.records.length === 0) return;
    this.#batch = batch;
    lanes.isPinned = true;
    void this.#write(own, batch);
  }

  async #write(own: SpoolLog, batch: SpoolBatch): Promise<void> {
    const patience = new DiskPatience();
    const written = this.#writeWhole(own, batch, patience.signal);
    // Until the disk has answered there is no next append, however long it takes.
    this.#appending = written.then(
      () => undefined,
      () => undefined,
    );
    this.#isHanging = true;
    void this.#appending.then(() => {
      this.#isHanging = false;
      this.#host.wake();
    });
    try {
      const place = await patience.of(written);
      this.#problem = undefined;
      this.#told = undefined;
      if (!this.#isClosed) this.#take(batch, place);
    } catch (error) {
      if (!this.#isClosed) batch.undo();
      this.#refuse(error);
    }
    this.#batch = undefined;
    this.#host.lanes.isPinned = false;
    this.#host.wake();
  }

  async #writeWhole(own: SpoolLog, batch: SpoolBatch, signal: AbortSignal): Promise<AppendedPlace> {
    // After trouble the folder, or the lock in it, may be gone.
    if (this.#problem !== undefined) await this.#folder.hold();
    return own.append(batch.records, signal);
  }

  /** On the disk: never acknowledged before. */
  #take(batch: SpoolBatch, place: AppendedPlace): void {
    const { firstIndex } = place;
    this.#replayer?.appended(
      batch.records.map((record, count) => ({ ...record, index: firstIndex + count })),
      place,
    );
    this.#host.want(true);
    this.#host.leave(batch.finish(), ({ id }) => ({ ok: true, id: id as string }));
  }

  /** Tells the host about trouble with the disk, when it is news. */
  #tell(error: unknown): void {
    const { code, message } = spoolProblem(error);
    if (this.#isClosed || this.#told === code) return;
    this.#told = code;
    this.#host.report.failed(failure(code, { detail: message }));
  }

  /** The disk refused; it is tried again. */
  #refuse(error: unknown): void {
    this.#problem = spoolProblem(error);
    this.#retryAtMs = performance.now() + RETRY_MS;
    if (this.#isClosed) return;
    this.#host.wake();
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#host.wake(), RETRY_MS + 1);
    this.#retry.unref();
    this.#tell(error);
  }

  #isTaken(index: number): boolean {
    return this.#replayer === undefined || this.#replayer.isTaken(index);
  }
}
