import { join } from 'node:path';
import type { BufferedOperation } from '../buffered-operation.ts';
import { type EnqueueErrorCode, type EnqueueResult, failure } from '../enqueue-result.ts';
import type { FailureReport } from '../failure-report.ts';
import type { JobLimits } from '../lane-buffer.ts';
import type { LaneSet } from '../lane-set.ts';
import type { ReplayTarget } from './replay-target.ts';
import { Replayer } from './replayer.ts';
import { SpoolBatch } from './spool-batch.ts';
import { NODE_DISK, type SpoolDisk } from './spool-disk.ts';
import { SpoolFolder } from './spool-folder.ts';
import type { AppendedPlace, SpoolLog } from './spool-log.ts';
import { type SpoolProblem, spoolProblem } from './spool-problem.ts';
import { type SpoolRoute, spoolRoute } from './spool-route.ts';

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
}

/** After the disk refused, it is tried again after this long. */
const RETRY_MS = 1_000;

/** Space is freed segment by segment, so there are always some of them. */
const SEGMENTS_AT_LEAST = 16;

interface Waiter {
  /** Up to this index of the own log. */
  readonly index: number;
  /** Whether it also ends when Redis can't be reached. */
  readonly isPatient: boolean;
  readonly done: () => void;
}

/** The producer's log on disk: takes operations while Redis can't, and brings them there when it can. */
export class Spool {
  readonly #options: SpoolOptions;
  readonly #host: SpoolHost;
  readonly #folder: SpoolFolder;
  #logs: readonly SpoolLog[] = [];
  #own: SpoolLog | undefined;
  #replayer: Replayer | undefined;
  #isOpening = true;
  #problem: SpoolProblem | undefined;
  #retryAtMs = 0;
  #retry: NodeJS.Timeout | undefined;
  #isTroubled = false;
  #route: SpoolRoute = 'wait';
  #batch: SpoolBatch | undefined;
  #appending: Promise<void> = Promise.resolve();
  #isClosed = false;
  readonly #waiters = new Set<Waiter>();

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
  get problem(): EnqueueErrorCode | undefined {
    return this.#problem?.code;
  }

  /** Operations on disk that Redis doesn't have. */
  get open(): number {
    return this.#replayer?.open ?? 0;
  }

  /** Looks at what former runs left, once; brings it to Redis even if nothing is ever called. */
  async open_(): Promise<void> {
    await this.#open();
  }

  /** Whether there is no room for an operation of `bytes`, with `bufferedBytes` on their way. */
  isFullFor(bytes: number): boolean {
    return this.#route === 'spool' && this.#problem === undefined && this.#roomBytes < bytes;
  }

  /** Redis is unreachable, too slow, full, or refuses: operations go to disk until it takes something again. */
  trigger(): void {
    if (this.#isTroubled) return;
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
}
