import { join } from 'node:path';
import type { BufferedOperation } from '../buffered-operation.ts';
import { type EnqueueErrorCode, type EnqueueResult, failure } from '../enqueue-result.ts';
import type { FailureReport } from '../failure-report.ts';
import type { JobLimits } from '../lane-buffer.ts';
import type { LaneSet } from '../lane-set.ts';
import { HEADER_BYTES } from './record-format.ts';
import type { ReplayTarget } from './replay-target.ts';
import { Replayer } from './replayer.ts';
import { SpoolBatch } from './spool-batch.ts';
import { NODE_DISK, type SpoolDisk } from './spool-disk.ts';
import { SpoolFolder } from './spool-folder.ts';
import type { AppendedPlace, SpoolLog } from './spool-log.ts';
import { type SpoolProblem, spoolProblem } from './spool-problem.ts';
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
  /** @defaultValue the real one */
  readonly disk?: SpoolDisk;
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
  #retryAtMs = 0;
  #retry: NodeJS.Timeout | undefined;
  #isTroubled = false;
  #route: SpoolRoute = 'wait';
  #batch: SpoolBatch | undefined;
  #appending: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(options: SpoolOptions, host: SpoolHost) {
    this.#options = options;
    this.#host = host;
    this.#folder = new SpoolFolder({
      disk: options.disk ?? NODE_DISK,
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

  /** Whether operations need the disk, and it has no room for `bytes` more. */
  isFullFor(bytes: number): boolean {
    return this.#route === 'spool' && this.#problem === undefined && this.#roomBytes < bytes;
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
    if (unsynced === undefined) await closed;
  }

  async #closeFiles(): Promise<void> {
    try {
      for (const log of this.#logs) {
        await log.clear();
        await log.close();
      }
      await this.#folder.release();
    } catch (error) {
      this.#host.report.redis(error);
    }
  }

  #decide(): void {
    const canAppend = this.#problem === undefined || performance.now() >= this.#retryAtMs;
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
    try {
      this.#logs = await this.#folder.open();
      this.#own = this.#logs.at(-1);
      this.#replayer = new Replayer(
        {
          target,
          jobLimits: this.#options.jobLimits,
          retainMs: this.#options.spoolMode === 'always' ? this.#options.spoolRetainMs : 0,
          onProgress: (hasTaken) => this.#onProgress(hasTaken),
          onError: (error) => this.#host.redisFailed(error),
          onDamage: (path) => report.failed(failure('SPOOL_DAMAGED', { detail: path })),
        },
        this.#logs,
      );
      this.#problem = undefined;
      if (this.spooled > 0) this.#host.want(true);
    } catch (error) {
      this.#refuse(error);
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
      this.#own.clear().catch((error: unknown) => this.#host.report.redis(error));
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
    this.#appending = this.#write(own, batch);
  }

  async #write(own: SpoolLog, batch: SpoolBatch): Promise<void> {
    try {
      // After trouble the folder, or the lock in it, may be gone.
      if (this.#problem !== undefined) await this.#folder.hold();
      const place = await own.append(batch.records);
      this.#problem = undefined;
      if (!this.#isClosed) this.#take(batch, place);
    } catch (error) {
      if (!this.#isClosed) batch.undo();
      this.#refuse(error);
    }
    this.#batch = undefined;
    this.#host.lanes.isPinned = false;
    this.#host.wake();
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

  /** The disk refused; tells the host when that is news. */
  #refuse(error: unknown): void {
    const problem = spoolProblem(error);
    const isNews = this.#problem?.code !== problem.code;
    this.#problem = problem;
    this.#retryAtMs = performance.now() + RETRY_MS;
    if (this.#isClosed) return;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#host.wake(), RETRY_MS + 1);
    this.#retry.unref();
    if (isNews) this.#host.report.failed(failure(problem.code, { detail: problem.message }));
  }

  #isTaken(index: number): boolean {
    return this.#replayer === undefined || this.#replayer.isTaken(index);
  }
}
