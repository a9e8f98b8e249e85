import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';

/** Memory of one process (or Redis's data) over its life. */
export interface MemorySeries {
  readonly of: string;
  readonly seconds: number;
  readonly firstMb: number;
  readonly lastMb: number;
  readonly peakMb: number;
  /** Mean of the last fifth less that of the first one, without the warm-up: a saw-tooth doesn't look like growth. */
  readonly growthMb: number;
  /** Slope of the straight line through all samples but those of its warm-up, in MB an hour. */
  readonly slopeMbPerHour: number;
}

export interface MemoryWatchOptions {
  /** Who is watched, asked for at each sample: processes come and go. */
  readonly processes: () => Iterable<{ readonly name: string; readonly pid: number }>;
  /** Its data are watched, too. */
  readonly redis: Redis;
  readonly intervalMs: number;
  /** What a series leaves out of its slope at its beginning, in s: start-up and warming caches are no leak. @defaultValue 60 */
  readonly warmUpSeconds?: number;
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

const WARM_UP_SECONDS = 60;

export function watchMemory(options: MemoryWatchOptions): MemoryWatch {
  const { processes, redis, intervalMs, warmUpSeconds = WARM_UP_SECONDS } = options;
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
    for (const { name, pid } of processes()) add(`${name} (${pid})`, rssBytes(pid));
    // Redis may be away: one question at a time.
    if (isAsking) return;
    isAsking = true;
    redis
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
      [...samples]
        .map(([of, series]) => describe(of, series, warmUpSeconds))
        .filter(({ seconds }) => seconds >= leastSeconds),
    stop: () => clearInterval(timer),
  };
}

function describe(of: string, samples: readonly Sample[], warmUpSeconds: number): MemorySeries {
  const first = samples[0] ?? { atSeconds: 0, mb: 0 };
  const last = samples.at(-1) ?? first;
  const warm = samples.filter(({ atSeconds }) => atSeconds - first.atSeconds >= warmUpSeconds);
  return {
    of,
    seconds: Math.round(last.atSeconds - first.atSeconds),
    firstMb: Math.round((warm[0] ?? first).mb),
    lastMb: Math.round(last.mb),
    peakMb: Math.round(Math.max(0, ...samples.map(({ mb }) => mb))),
    growthMb: Math.round(growth(warm)),
    slopeMbPerHour: Math.round(slopePerSecond(warm) * 3600),
  };
}

/** From the first fifth of the samples to the last one. */
export function growth(samples: readonly Sample[]): number {
  const fifth = Math.max(1, Math.floor(samples.length / 5));
  const mean = (part: readonly Sample[]) => part.reduce((sum, { mb }) => sum + mb, 0) / Math.max(1, part.length);
  return mean(samples.slice(-fifth)) - mean(samples.slice(0, fifth));
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
    const kilobytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024; // a killed one keeps its entry for a moment
  } catch {
    return undefined; // it ended between two samples
  }
}
