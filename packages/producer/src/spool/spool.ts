import { join } from 'node:path';
import { MAX_OPERATION_BYTES } from '@cio-fleet/contracts';
import { type EnqueueErrorCode, failure } from '../enqueue-result.ts';
import type { JobLimits } from '../lane-buffer.ts';
import { DiskPatience } from './disk-patience.ts';
import { DiskTrouble } from './disk-trouble.ts';
import { HEADER_BYTES } from './record-format.ts';
import { Replayer } from './replayer.ts';
import { SpoolAppends } from './spool-appends.ts';
import type { SpoolBatch } from './spool-batch.ts';
import type { SpoolDisk } from './spool-disk.ts';
import { SpoolFolder } from './spool-folder.ts';
import type { SpoolHost } from './spool-host.ts';
import type { AppendedPlace, SpoolLog } from './spool-log.ts';
import { type SpoolRoute, spoolRoute } from './spool-route.ts';
import type { SpoolState } from './spool-state.ts';
import { SpoolWaiters } from './spool-waiters.ts';
import { watchedDisk } from './watched-disk.ts';

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

/** Space is freed segment by segment, so there are always some of them. */
const SEGMENTS_AT_LEAST = 16;

/** What a record takes beside its operation, with a lane key of usual length. */
const RECORD_OVERHEAD_BYTES = 120;

/** The producer's log on disk: takes operations while Redis can't, and brings them there when it can. */
export class Spool {
  readonly #options: SpoolOptions;
  readonly #host: SpoolHost;
  readonly #folder: SpoolFolder;
  readonly #trouble: DiskTrouble;
  readonly #appends: SpoolAppends;
  readonly #waiters = new SpoolWaiters();
  #logs: readonly SpoolLog[] = [];
  /** The last of them, which is appended to; undefined until the folder is ours. */
  #own: SpoolLog | undefined;
  #replayer: Replayer | undefined;
  #opening: Promise<void> | undefined;
  /**
   * While the folder is opened, which reads what former runs left: so much, on so busy a machine, that only each answer of the disk has
   * a time limit, and not the whole. Nothing else asks the disk meanwhile.
   */
  #openPatience: DiskPatience | undefined;
  /** Whether an attempt to open the folder was given up, and has no end yet. */
  #isOpenHanging = false;
  /** Whether Redis made trouble, and has taken nothing since. */
  #isTroubled = false;
  #route: SpoolRoute = 'wait';
  #isClosed = false;
  /** Since when there is something that Redis doesn't have, by the monotonic clock. */
  #heldSinceMs: number | undefined;

  constructor(options: SpoolOptions, host: SpoolHost) {
    this.#options = options;
    this.#host = host;
    this.#folder = new SpoolFolder({
      disk: watchedDisk(options.disk, () => this.#openPatience?.heard()),
      folder: join(options.spoolDir, options.workspace),
      segmentBytes: Math.min(options.spoolSegmentBytes, options.spoolMaxBytes / SEGMENTS_AT_LEAST),
    });
    const wake = () => host.wake();
    this.#trouble = new DiskTrouble({ report: host.report, wake });
    this.#appends = new SpoolAppends({
      run: host.run,
      lanes: host.lanes,
      folder: this.#folder,
      trouble: this.#trouble,
      onAppended: (batch, place) => this.#take(batch, place),
      wake,
    });
  }

  /** Whether direct writes may go on. */
  get allowsDirect(): boolean {
    return this.#route === 'direct';
  }

  /** Why operations can't go to disk; undefined when they can. */
  get problemCode(): EnqueueErrorCode | undefined {
    return this.#trouble.code;
  }

  /** Operations on disk that Redis doesn't have. */
  get spooled(): number {
    return this.#replayer?.open ?? 0;
  }

  /** Whether operations need the disk, and it has no room for these on top of what it has. */
  isFullFor(bytes: number, operations: number): boolean {
    if (this.#route !== 'spool' || this.#trouble.code !== undefined) return false;
    return this.#roomBytes < bytes + operations * RECORD_OVERHEAD_BYTES + HEADER_BYTES;
  }

  /** @param redisMs - the present by Redis's clock */
  state(redisMs: number): SpoolState {
    const operations = this.spooled;
    const heldMs = performance.now() - (this.#heldSinceMs ?? performance.now());
    const oldestAtMs = this.#replayer?.oldestAtMs;
    const ageMs = oldestAtMs === undefined ? heldMs : Math.max(0, redisMs - oldestAtMs);
    const isFull = this.#roomBytes < MAX_OPERATION_BYTES + RECORD_OVERHEAD_BYTES + HEADER_BYTES;
    return {
      operations,
      bytes: this.#bytes,
      oldestMs: operations === 0 ? 0 : ageMs,
      problemCode: this.#trouble.code ?? (isFull ? 'SPOOL_FULL' : undefined),
    };
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
    if (this.#route === 'spool' && this.#own !== undefined)
      this.#appends.append(this.#own, this.#roomBytes - HEADER_BYTES);
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
    this.#trouble.stop();
    this.#replayer?.stop();
    this.#waiters.stop();
    // A disk that hangs must not hang the host: then the files are closed when it answers.
    const mayHang = this.#appends.isBusy || this.#isHanging;
    const closed = Promise.allSettled([this.#opening, this.#appends.stop()]).then(() => this.#closeLogs(this.#logs));
    // What can't be closed or removed now is found by the next process, which skips what Redis has.
    const done = new DiskPatience().of(closed).catch(() => undefined);
    if (!mayHang) await done;
  }

  async #closeLogs(logs: readonly SpoolLog[]): Promise<void> {
    for (const log of logs) {
      await log.clear();
      await log.close();
    }
    await this.#folder.release();
  }

  #decide(): void {
    const mayTry = this.#trouble.mayTry && !(this.#trouble.code !== undefined && this.#isHanging);
    if (this.#own === undefined && this.#trouble.code !== undefined && mayTry) {
      this.#trouble.suspend();
      this.#opening = this.#open();
    }
    this.#route = spoolRoute({
      isOpening: this.#own === undefined && this.#trouble.code === undefined,
      canAppend: mayTry && this.#own !== undefined,
      hasRedisTime: this.#host.hasRedisTime(),
      isAlways: this.#options.spoolMode === 'always',
      isTroubled: this.#isTroubled,
      open: this.spooled + this.#appends.size,
    });
  }

  /** Whether the disk still owes an answer. */
  get #isHanging(): boolean {
    return this.#isOpenHanging || this.#appends.isHanging;
  }

  async #open(): Promise<void> {
    const { target, report } = this.#host;
    this.#openPatience = new DiskPatience();
    const opened = this.#folder.open();
    try {
      this.#logs = await this.#openPatience.of(opened);
      this.#own = this.#logs.at(-1);
      this.#replayer = new Replayer(
        {
          target,
          jobLimits: this.#options.jobLimits,
          retainMs: this.#options.spoolMode === 'always' ? this.#options.spoolRetainMs : 0,
          onProgress: (hasTaken) => this.#onProgress(hasTaken),
          onRedisError: (error) => this.#host.redisFailed(error),
          onDiskError: (error) => this.#trouble.tell(error),
          onDamage: (path) => report.failed(failure('SPOOL_DAMAGED', { detail: path })),
        },
        this.#logs,
      );
      this.#trouble.end();
      this.#noteHeld();
      if (this.spooled > 0) this.#host.want(true);
    } catch (error) {
      this.#trouble.begin(error);
      // If it was only slow: what it opened is closed, and the next try finds it again.
      this.#isOpenHanging = true;
      await opened.then((logs) => this.#closeLogs(logs)).catch(() => undefined);
      this.#isOpenHanging = false;
    }
    this.#host.wake();
  }

  #onProgress(hasTaken: boolean): void {
    if (this.#isClosed) return;
    if (hasTaken) {
      this.#isTroubled = false;
      this.#host.redisTook();
    }
    this.#noteHeld();
    const isIdle = this.#replayer?.isIdle ?? true;
    this.#host.want(!isIdle);
    const mayClear = this.#route !== 'spool' || this.#options.spoolMode === 'always';
    if (isIdle && mayClear && !this.#appends.isBusy && this.#own !== undefined) {
      this.#own.clear().catch((error: unknown) => this.#trouble.tell(error));
    }
    this.#host.wake();
  }

  get #roomBytes(): number {
    return this.#options.spoolMaxBytes - this.#bytes;
  }

  get #bytes(): number {
    return this.#logs.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  #noteHeld(): void {
    if (this.spooled === 0) this.#heldSinceMs = undefined;
    else this.#heldSinceMs ??= performance.now();
  }

  /** On the disk: never acknowledged before. */
  #take(batch: SpoolBatch, place: AppendedPlace): void {
    const { firstIndex } = place;
    if (!batch.hasRedisTime) {
      this.#host.stampedLocally(place.segment.spoolId, firstIndex + batch.records.length - 1);
    }
    this.#replayer?.appended(
      batch.records.map((record, count) => ({ ...record, index: firstIndex + count })),
      place,
    );
    this.#noteHeld();
    this.#host.want(true);
    this.#host.leave(batch.finish(), ({ id }) => ({ ok: true, id: id as string }));
  }

  #isTaken(index: number): boolean {
    return this.#replayer === undefined || this.#replayer.isTaken(index);
  }
}
