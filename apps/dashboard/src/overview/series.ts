import type { Rollup } from '@cio-fleet/journal';

/** Steps of equal length, oldest first. */
export interface ChartWindow {
  readonly fromMs: number;
  readonly stepMs: number;
  readonly steps: number;
  /** The last step has come so far. */
  readonly nowMs: number;
}

/** One line of a chart. */
export interface Series {
  /** A class of the style sheet, which has its color. */
  readonly tone: string;
  readonly label: string;
  readonly values: readonly number[];
}

/** The window of `steps` whole steps that ends with the step of `nowMs`. */
export function windowUntil(nowMs: number, stepMs: number, steps: number): ChartWindow {
  return { fromMs: nowMs - (nowMs % stepMs) - (steps - 1) * stepMs, stepMs, steps, nowMs };
}

/** Rows per second of one outcome in each step; the last one is taken over what has passed of it, at least a third. */
export function rateSeries(rollups: readonly Rollup[], outcome: string, { fromMs, stepMs, steps, nowMs }: ChartWindow) {
  const lastMs = Math.max(stepMs / 3, Math.min(stepMs, nowMs - fromMs - (steps - 1) * stepMs));
  const values = new Array<number>(steps).fill(0);
  for (const rollup of rollups) {
    const step = Math.floor((rollup.at - fromMs) / stepMs);
    if (rollup.outcome !== outcome || step < 0 || step >= steps) continue;
    values[step] = (values[step] ?? 0) + (rollup.count * 1000) / (step === steps - 1 ? lastMs : stepMs);
  }
  return values;
}

/** From acceptance to delivery in each step, in ms: the mean and the longest; 0 where nothing was delivered. */
export function latencySeries(rollups: readonly Rollup[], { fromMs, stepMs, steps }: ChartWindow) {
  const counts = new Array<number>(steps).fill(0);
  const sums = new Array<number>(steps).fill(0);
  const longest = new Array<number>(steps).fill(0);
  for (const { at, outcome, count, queuedMsSum, queuedMsMax } of rollups) {
    const step = Math.floor((at - fromMs) / stepMs);
    if (outcome !== 'delivered' || step < 0 || step >= steps) continue;
    counts[step] = (counts[step] ?? 0) + count;
    sums[step] = (sums[step] ?? 0) + queuedMsSum;
    longest[step] = Math.max(longest[step] ?? 0, queuedMsMax);
  }
  return { mean: sums.map((sum, step) => sum / Math.max(1, counts[step] ?? 0)), longest };
}
