import { readFileSync } from 'node:fs';
import type { Stage } from './stage.ts';

/** Memory of one process (or Redis's data) over its life. */
export interface MemorySeries {
  readonly of: string;
  readonly seconds: number;
  readonly firstMb: number;
  readonly lastMb: number;
  readonly peakMb: number;
  /** Slope of the straight line through all samples but those of the first minute, in MB an hour. */
  readonly slopeMbPerHour: number;
}

export interface MemoryWatch {
  /** Series of at least `leastSeconds`: shorter ones say nothing about a slope. */
  series(leastSeconds: number): readonly MemorySeries[];
  stop(): void;
}

interface Sample {
  readonly atSeconds: number;
  readonly mb: number;
}

const MB = 1024 * 1024;

/** Start-up and warming caches are no leak. */
const WARM_UP_SECONDS = 60;

export function watchMemory(stage: Stage, intervalMs: number): MemoryWatch {
  const samples = new Map<string, Sample[]>();
  const startedAtMs = performance.now();
  let isAsking = false;

  const add = (of: string, bytes: number | undefined): void => {
    if (bytes === undefined) return;
    const series = samples.get(of) ?? [];
    series.push({ atSeconds: (performance.now() - startedAtMs) / 1000, mb: bytes / MB });
    samples.set(of, series);
  };
  const sample = (): void => {
    for (const { siteId, process } of stage.workers)
      if (process) add(`${siteId} (${process.pid})`, rssBytes(process.pid));
    for (const [index, { process }] of stage.producers.entries()) {
      if (process) add(`producer-${index} (${process.pid})`, rssBytes(process.pid));
    }
    // Redis may be away: one question at a time.
    if (isAsking) return;
    isAsking = true;
    stage.rig.client
      .info('memory')
      .then((info) => add('redis data', Number(/used_memory:(\d+)/.exec(info)?.[1])))
      .catch(() => undefined) // the stage was taken down
      .finally(() => {
        isAsking = false;
      });
  };
  const timer = setInterval(sample, intervalMs);

  return {
    series: (leastSeconds) =>
      [...samples].map(([of, series]) => describe(of, series)).filter(({ seconds }) => seconds >= leastSeconds),
    stop: () => clearInterval(timer),
  };
}

function describe(of: string, samples: readonly Sample[]): MemorySeries {
  const first = samples[0] ?? { atSeconds: 0, mb: 0 };
  const last = samples.at(-1) ?? first;
  const warm = samples.filter(({ atSeconds }) => atSeconds - first.atSeconds >= WARM_UP_SECONDS);
  return {
    of,
    seconds: Math.round(last.atSeconds - first.atSeconds),
    firstMb: Math.round((warm[0] ?? first).mb),
    lastMb: Math.round(last.mb),
    peakMb: Math.round(Math.max(0, ...samples.map(({ mb }) => mb))),
    slopeMbPerHour: Math.round(slopePerSecond(warm) * 3600),
  };
}

/** Least squares. */
export function slopePerSecond(samples: readonly Sample[]): number {
  if (samples.length < 2) return 0;
  const meanAt = samples.reduce((sum, { atSeconds }) => sum + atSeconds, 0) / samples.length;
  const meanMb = samples.reduce((sum, { mb }) => sum + mb, 0) / samples.length;
  let covariance = 0;
  let variance = 0;
  for (const { atSeconds, mb } of samples) {
    covariance += (atSeconds - meanAt) * (mb - meanMb);
    variance += (atSeconds - meanAt) ** 2;
  }
  return variance === 0 ? 0 : covariance / variance;
}

/** Undefined where the process is gone, or where there is no /proc. */
function rssBytes(pid: number): number | undefined {
  try {
    return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
  } catch {
    return undefined; // it ended between two samples
  }
}
