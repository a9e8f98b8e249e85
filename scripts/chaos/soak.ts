import { type MemorySeries, type MemoryWatch, watchMemory } from '../rig/memory-watch.ts';
import { type FaultRunResult, runFaults } from './fault-run.ts';
import { problemsOf } from './judge.ts';
import type { Stage } from './stage.ts';

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

/** An allocator grows to its plateau for minutes. */
const WARM_UP_SECONDS = 300;

/** Series that are judged, in s: over less the slope is that of garbage that was not collected yet. */
const LEAST_JUDGED_SECONDS = 600;

/** Growth beyond this over the time that was watched is a leak, and no noise of the garbage collector. In MB. */
const MOST_GROWTH_MB = 60;

/** What V8 may keep alive, so that a leak ends its process, whatever the garbage collector makes of the resident set. */
const HEAP_LIMITS = { worker: '--max-old-space-size=192', producer: '--max-old-space-size=64' } as const;

/** Steady load for long with a fault a minute; memory of each process, and of Redis, must stay flat. */
export async function soak({ seed, minutes, perSecond, onFault }: SoakOptions): Promise<SoakResult> {
  let watch: MemoryWatch | undefined;
  const result = await runFaults({
    ...{ seed, seconds: minutes * 60, workers: 3, producers: 2, perSecond, overlap: 0, everyMs: EVERY_MS },
    ...(onFault && { onFault }),
    env: { NODE_OPTIONS: HEAP_LIMITS.worker },
    producerEnv: { NODE_OPTIONS: HEAP_LIMITS.producer },
    observe(stage) {
      const started = watchMemory({
        processes: () => processesOf(stage),
        redis: stage.rig.client,
        intervalMs: SAMPLE_MS,
        warmUpSeconds: WARM_UP_SECONDS,
      });
      watch = started;
      return () => started.stop();
    },
  });
  const memory = watch?.series(minutes * 60 * LEAST_SHARE) ?? [];
  const leaks = memory
    .filter(({ seconds }) => seconds >= LEAST_JUDGED_SECONDS)
    .filter(({ growthMb }) => growthMb > MOST_GROWTH_MB)
    .map(({ of, growthMb }) => `expected the memory of ${of} to stay flat, it grew by ${growthMb} MB`);
  return { ...result, memory, problems: [...problemsOf(result), ...leaks] };
}

function processesOf(stage: Stage): readonly { readonly name: string; readonly pid: number }[] {
  const workers = stage.workers.map(({ siteId, process }) => ({ name: siteId, pid: process?.pid }));
  const producers = stage.producers.map(({ process }, index) => ({ name: `producer-${index}`, pid: process?.pid }));
  return [...workers, ...producers].flatMap(({ name, pid }) => (pid === undefined ? [] : [{ name, pid }]));
}
