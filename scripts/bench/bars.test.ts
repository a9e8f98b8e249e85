import { expect, it } from 'vitest';
import { memoryGrowth } from './bars.ts';
import { median, percentile } from './statistics.ts';

it('takes the middle value as median, or the mean of the two in the middle', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
});

it('takes the nearest rank as percentile', () => {
  const values = Array.from({ length: 200 }, (_, index) => 200 - index);
  expect(percentile(values, 0.5)).toBe(100);
  expect(percentile(values, 0.99)).toBe(198);
  expect(percentile([7], 0.99)).toBe(7);
});

it('counts memory growth from the first sample of a warm worker', () => {
  const samples = [
    { operations: 0, residentBytes: 100 },
    { operations: 100_000, residentBytes: 200 },
    { operations: 300_000, residentBytes: 220 },
  ];
  expect(memoryGrowth(samples)).toBeCloseTo(0.1);
});

it('counts memory growth of a run too short to warm the worker from its first sample under load', () => {
  const samples = [100, 150, 300].map((residentBytes, index) => ({ operations: index * 500, residentBytes }));
  expect(memoryGrowth(samples)).toBeCloseTo(1);
});
