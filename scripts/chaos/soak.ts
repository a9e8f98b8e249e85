import { type FaultRunResult, runFaults } from './fault-run.ts';
import { problemsOf } from './judge.ts';
import { type MemorySeries, type MemoryWatch, watchMemory } from './memory-watch.ts';

export interface SoakOptions {
  readonly seed: number;
  readonly minutes: number;
  readonly perSecond: number;
  readonly onFault?: (name: string, atSeconds: number) => void;
}

export interface SoakResult extends FaultRunResult {
  readonly memory: readonly MemorySeries[];
  readonly problems: readonly string[];
}

/** A fault a minute. */
const EVERY_MS = 60_000;
const SAMPLE_MS = 5000;

/** Series that are reported: the share of the soak that a process must have lived. */
const LEAST_SHARE = 0.25;

/** Series that are judged, in s: over less the slope is that of garbage that was not collected yet. */
const LEAST_JUDGED_SECONDS = 600;

/** Growth beyond this, extrapolated from the slope over the time that was watched, is a leak and no noise. In MB. */
const MOST_GROWTH_MB = 60;

/** Steady load for long with a fault a minute; memory of each process, and of Redis, must stay flat. */
export async function soak({ seed, minutes, perSecond, onFault }: SoakOptions): Promise<SoakResult> {
  let watch: MemoryWatch | undefined;
  const result = await runFaults({
    ...{ seed, seconds: minutes * 60, workers: 3, producers: 2, perSecond, overlap: 0, everyMs: EVERY_MS },
    ...(onFault && { onFault }),
    observe(stage) {
      const started = watchMemory(stage, SAMPLE_MS);
      watch = started;
      return () => started.stop();
    },
  });
  const memory = watch?.series(minutes * 60 * LEAST_SHARE) ?? [];
  const leaks = memory
    .filter(({ seconds }) => seconds >= LEAST_JUDGED_SECONDS)
    .filter(({ slopeMbPerHour, seconds }) => (slopeMbPerHour * seconds) / 3600 > MOST_GROWTH_MB)
    .map(
      ({ of, slopeMbPerHour }) => `expected the memory of ${of} to stay flat, it grew by ${slopeMbPerHour} MB an hour`,
    );
  return { ...result, memory, problems: [...problemsOf(result), ...leaks] };
}
