import type { FlushResult } from './enqueue-result.ts';

interface Waiter {
  /** Operations numbered below this are waited for. */
  readonly before: number;
  remaining: number;
  readonly done: (result: FlushResult) => void;
}

/** Callers of `flush`: each waits for what was buffered when it called, not for what came later. */
export class FlushWaiters {
  readonly #waiters = new Set<Waiter>();

  /** @param before - the number that the next operation will get @param buffered - operations in the buffer now */
  wait(before: number, buffered: number, timeoutMs: number): Promise<FlushResult> {
    if (buffered === 0) return Promise.resolve({ ok: true, pending: 0 });
    return new Promise((resolve) => {
      const waiter: Waiter = {
        before,
        remaining: buffered,
        done: (result) => {
          clearTimeout(timer);
          this.#waiters.delete(waiter);
          resolve(result);
        },
      };
      const timer = setTimeout(() => waiter.done({ ok: false, pending: waiter.remaining }), timeoutMs);
      this.#waiters.add(waiter);
    });
  }

  /** An operation left the buffer. */
  left(number: number): void {
    for (const waiter of this.#waiters) {
      if (number >= waiter.before) continue;
      waiter.remaining -= 1;
      if (waiter.remaining === 0) waiter.done({ ok: true, pending: 0 });
    }
  }
}
