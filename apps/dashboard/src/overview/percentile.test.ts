import { expect, it } from 'vitest';
import { percentilesOf } from './percentile.ts';

it('has no percentiles of nothing', () => {
  expect(percentilesOf([])).toBeUndefined();
});

it('takes the nearest rank, in whatever order the values come', () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(percentilesOf(values)).toEqual({ p50: 50, p95: 95, p99: 99, count: 100 });
  expect(percentilesOf([7])).toEqual({ p50: 7, p95: 7, p99: 7, count: 1 });
});
