import { expect, it } from 'vitest';
import { latencySeries, rateSeries, windowUntil } from './series.ts';

const rollup = (at: number, outcome: string, count: number, queuedMsSum = 0, queuedMsMax = 0) => ({
  ...{ at, outcome, count, queuedMsSum, queuedMsMax },
});

it('ends with the step of now', () => {
  expect(windowUntil(605_000, 60_000, 10)).toEqual({ fromMs: 60_000, stepMs: 60_000, steps: 10, nowMs: 605_000 });
});

it('gives operations per second of an outcome, 0 where there were none, and nothing from outside of the window', () => {
  const window = { fromMs: 60_000, stepMs: 60_000, steps: 3, nowMs: 240_000 };
  const rollups = [
    rollup(0, 'delivered', 99),
    rollup(60_000, 'delivered', 60),
    rollup(60_000, 'failed', 6),
    rollup(180_000, 'delivered', 120),
    rollup(240_000, 'delivered', 99),
  ];
  expect(rateSeries(rollups, 'delivered', window)).toEqual([1, 0, 2]);
  expect(rateSeries(rollups, 'failed', window)).toEqual([0.1, 0, 0]);
});

it('gives the mean and the longest way to delivery of each step', () => {
  const window = { fromMs: 0, stepMs: 60_000, steps: 2, nowMs: 120_000 };
  const rollups = [
    rollup(0, 'delivered', 2, 300, 200),
    rollup(0, 'delivered', 1, 300, 300),
    rollup(0, 'failed', 5, 9, 9),
  ];
  expect(latencySeries(rollups, window)).toEqual({ mean: [200, 0], longest: [300, 0] });
});

it('takes the last rate over what has passed of its step, but at least over a third of it', () => {
  const window = { fromMs: 0, stepMs: 60_000, steps: 1 };
  expect(rateSeries([rollup(0, 'delivered', 60)], 'delivered', { ...window, nowMs: 30_000 })).toEqual([2]);
  expect(rateSeries([rollup(0, 'delivered', 60)], 'delivered', { ...window, nowMs: 1 })).toEqual([3]);
});
