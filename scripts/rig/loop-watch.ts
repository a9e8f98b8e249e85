/** Beats this often; a timer that is later than `NOTED_MS` tells that the process did not run meanwhile. */
const BEAT_MS = 5;
const NOTED_MS = 10;

/** Gaps older than any call that still waits. */
const KEPT = 1_000;

/** How long this process did not run its timers: its own work, garbage collection, or a machine that gave the core to others. */
export interface LoopWatch {
  /** How much of the time from `fromMs` (by `performance.now`) to now it did not run its timers, in ms. */
  blockedSince(fromMs: number): number;
  /** The longest gap ever, in ms. */
  readonly longestMs: number;
  stop(): void;
}

/** Watches the event loop, so that a late answer can be told from a process that wasn't let run. */
export function watchLoop(): LoopWatch {
  let lastBeatMs = performance.now();
  let longestMs = 0;
  let gaps: { readonly toMs: number; readonly ms: number }[] = [];
  const beat = (): void => {
    const nowMs = performance.now();
    const ms = nowMs - lastBeatMs;
    lastBeatMs = nowMs;
    if (ms < NOTED_MS) return;
    longestMs = Math.max(longestMs, ms);
    gaps.push({ toMs: nowMs, ms });
    if (gaps.length > KEPT * 2) gaps = gaps.slice(-KEPT);
  };
  const timer = setInterval(beat, BEAT_MS);
  timer.unref();

  return {
    blockedSince(fromMs) {
      const nowMs = performance.now();
      // The gap that is just ending counts too: whose timer comes first is chance.
      let blockedMs = nowMs - Math.max(lastBeatMs, fromMs);
      for (let place = gaps.length - 1; place >= 0; place -= 1) {
        const gap = gaps[place];
        if (gap === undefined || gap.toMs < fromMs) break;
        blockedMs += Math.min(gap.ms, gap.toMs - fromMs);
      }
      return blockedMs;
    },
    get longestMs() {
      return longestMs;
    },
    stop: () => clearInterval(timer),
  };
}
