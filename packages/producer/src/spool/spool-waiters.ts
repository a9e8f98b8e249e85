/** What is waited for. */
export interface SpoolWait {
  /** Up to this index of the spool of this run. */
  readonly index: number;
  /** Whether waiting is over, too, when Redis is not fine. */
  readonly whileHopeful: boolean;
  readonly timeoutMs: number;
}

interface Waiter extends SpoolWait {
  readonly done: () => void;
}

/** Callers that wait until Redis has what was spooled. */
export class SpoolWaiters {
  readonly #waiters = new Set<Waiter>();

  wait(wait: SpoolWait): Promise<void> {
    return new Promise((resolve) => {
      const waiter: Waiter = {
        ...wait,
        done: () => {
          clearTimeout(timer);
          this.#waiters.delete(waiter);
          resolve();
        },
      };
      const timer = setTimeout(waiter.done, wait.timeoutMs);
      this.#waiters.add(waiter);
    });
  }

  /** Something may have changed. */
  look(isTaken: (index: number) => boolean, isHopeful: boolean): void {
    for (const waiter of this.#waiters) {
      if (isTaken(waiter.index) || (waiter.whileHopeful && !isHopeful)) waiter.done();
    }
  }

  stop(): void {
    for (const waiter of this.#waiters) waiter.done();
  }
}
