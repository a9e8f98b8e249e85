import { SpoolProblem } from './spool-problem.ts';

/** A disk that is silent for longer counts as unavailable; a busy one syncs within some hundred ms. */
const DISK_TIMEOUT_MS = 2_000;

/** Waits for the disk, but not for ever: a call into a dead disk never returns, and nothing can cancel it. */
export class DiskPatience {
  readonly #givenUp = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #answers = 0;

  /** Aborted once the disk was given up. */
  get signal(): AbortSignal {
    return this.#givenUp.signal;
  }

  /** The disk has answered a part of the work: it lives, and has its time again for the rest. */
  heard(): void {
    this.#answers += 1;
    this.#timer?.refresh();
  }

  /** @throws SpoolProblem `SPOOL_UNAVAILABLE` when the disk is silent for too long, or what `work` rejects with */
  async of<T>(work: Promise<T>): Promise<T> {
    const timeout = new Promise<never>((_, reject) => {
      this.#timer = setTimeout(() => this.#giveUpIfSilent(reject), DISK_TIMEOUT_MS);
      this.#timer.unref();
    });
    try {
      return await Promise.race([work, timeout]);
    } finally {
      clearTimeout(this.#timer);
      this.#timer = undefined;
    }
  }

  /** Answers that came while the host was busy are heard first: it isn't the disk's fault when nobody listens. */
  #giveUpIfSilent(reject: (problem: SpoolProblem) => void): void {
    const answers = this.#answers;
    setImmediate(() => {
      if (this.#timer === undefined || this.#answers !== answers) return;
      const problem = new SpoolProblem('SPOOL_UNAVAILABLE', `the disk did not answer within ${DISK_TIMEOUT_MS} ms`);
      this.#givenUp.abort(problem);
      reject(problem);
    });
  }
}
