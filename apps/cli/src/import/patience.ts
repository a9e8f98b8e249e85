import { CliError } from '../session/cli-error.ts';
import { EXIT_CODES } from '../session/exit-code.ts';

export interface PatienceOptions {
  /** How long nothing may be heard of Redis, in ms. */
  readonly giveUpAfterMs: number;
  /** How long what is in flight may take after an abort, in ms. */
  readonly graceMs: number;
  readonly signal: AbortSignal;
}

/** Waits for Redis, but not for ever. */
export interface Patience {
  /** Something was heard of Redis. */
  heard(): void;
  /**
   * The result of `work`.
   *
   * @throws CliError (exit code 1) when nothing was heard for too long; the abort's reason when it didn't end in time
   */
  wait<T>(work: Promise<T>): Promise<T>;
}

const LOOK_EVERY_MS = 100;

export function createPatience({ giveUpAfterMs, graceMs, signal }: PatienceOptions): Patience {
  let heardAtMs = performance.now();
  let abortedAtMs = Number.POSITIVE_INFINITY;
  signal.addEventListener('abort', () => {
    abortedAtMs = performance.now();
  });
  return {
    heard() {
      heardAtMs = performance.now();
    },
    async wait(work) {
      heardAtMs = performance.now();
      const { promise: impatient, reject } = Promise.withResolvers<never>();
      const timer = setInterval(() => {
        const nowMs = performance.now();
        if (nowMs - abortedAtMs > graceMs) reject(signal.reason);
        else if (nowMs - heardAtMs > giveUpAfterMs) reject(gaveUp(giveUpAfterMs));
      }, LOOK_EVERY_MS);
      try {
        return await Promise.race([work, impatient]);
      } finally {
        clearInterval(timer);
      }
    },
  };
}

function gaveUp(giveUpAfterMs: number): CliError {
  const text = `expected an answer of Redis within ${giveUpAfterMs / 1_000} s, got none; run the same command again to go on`;
  return new CliError(EXIT_CODES.failure, text);
}
