import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';

export interface IdleTurnsOptions {
  /** Share of the time that the event loop may compute before turns wait, 0 to 1. @defaultValue 0.6 */
  readonly mostBusy?: number;
  /** A turn comes after this at the latest, however busy the loop is, in ms. @defaultValue 500 */
  readonly longestWaitMs?: number;
}

const defaults = { mostBusy: 0.6, longestWaitMs: 500 } satisfies IdleTurnsOptions;

/** How long the loop is watched before it is judged, in ms. */
const WINDOW_MS = 50;

/** Turns for work that matters less than what the same event loop does beside: one at a time, when there is idle time. */
export function createIdleTurns(options: IdleTurnsOptions = {}): () => Promise<void> {
  const { mostBusy, longestWaitMs } = { ...defaults, ...options };
  let seen = performance.eventLoopUtilization();
  let seenAtMs = performance.now();
  let isBusy = false;
  let last: Promise<void> = Promise.resolve();
  let lastAtMs = Number.NEGATIVE_INFINITY;

  const look = (): boolean => {
    const nowMs = performance.now();
    if (nowMs - seenAtMs >= WINDOW_MS) {
      const now = performance.eventLoopUtilization();
      isBusy = performance.eventLoopUtilization(now, seen).utilization > mostBusy;
      seen = now;
      seenAtMs = nowMs;
    }
    return isBusy;
  };
  const wait = async (): Promise<void> => {
    while (look() && performance.now() - lastAtMs < longestWaitMs) await delay(WINDOW_MS);
    lastAtMs = performance.now();
  };
  return () => {
    last = last.then(wait);
    return last;
  };
}
