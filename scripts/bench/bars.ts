import type { Figures, MemorySample } from './report.ts';

/** A figure that the project promises, and what came of it. */
export interface Bar {
  readonly name: string;
  readonly expected: string;
  readonly measured: string;
  readonly passed: boolean;
}

/** Memory may grow by so much from the first sample under load to the last: a heap settles late, a leak doesn't settle. */
const FLAT_GROWTH = 0.25;

/** Operations after which the worker is warm, and memory should not grow any more. */
const WARM_OPERATIONS = 100_000;

/** Holds the figures against what the project promises. Pure. */
export function barsOf(figures: Figures): readonly Bar[] {
  const { ratios, latency, burst, conditions } = figures;
  const aboveReceiverMs = latency.b.arrival.p99 - conditions.receiverLatencyMs;
  const growth = memoryGrowth(figures.workerMemory);
  return [
    atLeast('b / a, operations/s', 12, ratios.bToA),
    atLeast('c / a, operations/s', 4, ratios.cToA),
    below('p99 from call to arrival at 1,000/s, above the receiver’s own latency', 50, aboveReceiverMs),
    below('p99 of accepting at 1,000/s', 5, latency.b.accept.p99),
    below('100 operations enqueued and delivered, worst', 500, burst.b.worstMs),
    {
      name: 'worker memory flat once warm',
      expected: `grows by less than ${FLAT_GROWTH * 100} %`,
      measured: `${(growth * 100).toFixed(0)} %`,
      passed: growth < FLAT_GROWTH,
    },
  ];
}

/** From the first sample of a warm worker to the last one; of a run too short to warm it, from the first under load. */
export function memoryGrowth(samples: readonly MemorySample[]): number {
  const warm = samples.find(({ operations }) => operations >= WARM_OPERATIONS) ?? samples[1] ?? samples[0];
  const last = samples.at(-1);
  if (warm === undefined || last === undefined) return Number.NaN;
  return last.residentBytes / warm.residentBytes - 1;
}

function atLeast(name: string, times: number, measured: number): Bar {
  return { name, expected: `>= ${times} x`, measured: `${measured.toFixed(1)} x`, passed: measured >= times };
}

function below(name: string, limitMs: number, measuredMs: number): Bar {
  return { name, expected: `< ${limitMs} ms`, measured: `${measuredMs.toFixed(1)} ms`, passed: measuredMs < limitMs };
}
