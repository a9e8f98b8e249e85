import type { EnqueueError, EnqueueFailed } from './enqueue-result.ts';

/** Where the producer writes its few log lines; pino's and console's shape. */
export interface ProducerLogger {
  warn(message: string): void;
  error(message: string): void;
}

/** What `onError` gets. */
export interface EnqueueFailure extends EnqueueError {
  /** ULID of the operation, where it has one. */
  readonly id?: string;
}

export type OnError = (failure: EnqueueFailure) => void;

/** The same trouble is logged again after this long, with the number of repeats. */
const REPEAT_LOG_MS = 30_000;

interface Logged {
  readonly atMs: number;
  repeats: number;
}

/** Tells the host about failures: each to `onError`, each kind of trouble now and then to the log. Never throws. */
export class FailureReport {
  readonly #onError: OnError | undefined;
  readonly #logger: ProducerLogger | undefined;
  readonly #logged = new Map<string, Logged>();

  constructor(onError: OnError | undefined, logger: ProducerLogger | undefined) {
    this.#onError = onError;
    this.#logger = logger;
  }

  /** An operation was not accepted, or not in time. */
  failed(result: EnqueueFailed): void {
    const { id, error } = result;
    this.#log('error', error.code, `${error.code}: ${error.message}`);
    this.#guard(() => this.#onError?.(id === undefined ? error : { ...error, id }));
  }

  /** Redis is unreachable, or refuses. */
  redis(error: unknown): void {
    const message = error instanceof Error ? error.message || error.name : String(error);
    const code = (error as { code?: unknown } | undefined)?.code;
    this.#log('warn', `redis ${String(code ?? message.slice(0, 40))}`, `Redis: ${message}`);
  }

  #log(level: keyof ProducerLogger, kind: string, message: string): void {
    if (this.#logger === undefined) return;
    const nowMs = performance.now();
    const before = this.#logged.get(kind);
    if (before !== undefined && nowMs - before.atMs < REPEAT_LOG_MS) {
      before.repeats += 1;
      return;
    }
    const repeats = before?.repeats ? ` (and ${before.repeats} more like it before)` : '';
    this.#logged.set(kind, { atMs: nowMs, repeats: 0 });
    this.#guard(() => this.#logger?.[level](`cio-fleet producer: ${message}${repeats}`));
  }

  /** The host's own functions may throw, or reject: that is the host's trouble and must not become ours, nor stop a write. */
  #guard(callHost: () => unknown): void {
    try {
      const returned = callHost();
      if (returned instanceof Promise) returned.catch(() => undefined);
    } catch {
      // There is nobody left to tell: the reporter itself failed.
    }
  }
}
