import { failure } from '../enqueue-result.ts';
import type { FailureReport } from '../failure-report.ts';
import { type SpoolProblemCode, spoolProblem } from './spool-problem.ts';

/** Whom it concerns when the disk refuses. */
export interface DiskTroubleOptions {
  readonly report: FailureReport;
  /** Something has changed, or the pause is over. */
  readonly wake: () => void;
}

/** After the disk refused, it is tried again after this long. */
const RETRY_MS = 1_000;

/** What is wrong with the disk, if anything: told to the host when it is news, and tried again after a pause. */
export class DiskTrouble {
  readonly #options: DiskTroubleOptions;
  #code: SpoolProblemCode | undefined;
  /** What the host knows of. */
  #told: SpoolProblemCode | undefined;
  #retryAtMs = 0;
  #retry: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(options: DiskTroubleOptions) {
    this.#options = options;
  }

  /** Why operations can't go to disk; undefined when they can. */
  get code(): SpoolProblemCode | undefined {
    return this.#code;
  }

  /** Whether the disk may be tried, as far as its last refusal goes. */
  get mayTry(): boolean {
    return this.#code === undefined || performance.now() >= this.#retryAtMs;
  }

  /** The disk refused. */
  begin(error: unknown): void {
    this.#code = spoolProblem(error).code;
    this.#retryAtMs = performance.now() + RETRY_MS;
    if (this.#isStopped) return;
    const { wake } = this.#options;
    wake();
    clearTimeout(this.#retry);
    this.#retry = setTimeout(wake, RETRY_MS + 1);
    this.#retry.unref();
    this.tell(error);
  }

  /** It is being tried: not again before that has an end. */
  suspend(): void {
    this.#retryAtMs = Number.POSITIVE_INFINITY;
  }

  /** The disk did what it was asked. */
  end(): void {
    this.#code = undefined;
    this.#told = undefined;
  }

  /** Tells the host, when it is news. */
  tell(error: unknown): void {
    const { code, message } = spoolProblem(error);
    if (this.#isStopped || this.#told === code) return;
    this.#told = code;
    this.#options.report.failed(failure(code, { detail: message }));
  }

  /** Nothing is told or tried any more. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#retry);
  }
}
