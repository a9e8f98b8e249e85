import { SpoolProblem } from './spool-problem.ts';

/** A disk that is silent for longer counts as unavailable; a busy one syncs within some hundred ms. */
const DISK_TIMEOUT_MS = 2_000;

/** Waits for the disk, but not for ever: a call into a dead disk never returns, and nothing can cancel it. */
export class DiskPatience {
  readonly #givenUp = new AbortController();

  /** Aborted once the disk was given up. */
  get signal(): AbortSignal {
    return this.#givenUp.signal;
  }

  /** @throws SpoolProblem `SPOOL_UNAVAILABLE` when it takes too long, or what `work` rejects with */
  async of<T>(work: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const problem = new SpoolProblem('SPOOL_UNAVAILABLE', `the disk did not answer within ${DISK_TIMEOUT_MS} ms`);
        this.#givenUp.abort(problem);
        reject(problem);
      }, DISK_TIMEOUT_MS);
      timer.unref();
    });
    try {
      return await Promise.race([work, timeout]);
    } finally {
      clearTimeout(timer);
    }
  }
}
