import { expect, it } from 'vitest';
import { growth, slopePerSecond } from './memory-watch.ts';

it('measures the slope of memory over time by least squares', () => {
  const at = (...mbs: number[]) => mbs.map((mb, index) => ({ atSeconds: index * 10, mb }));
  expect(slopePerSecond(at(100, 100, 100))).toBe(0);
  expect(slopePerSecond(at(100, 110, 120))).toBeCloseTo(1);
  expect(slopePerSecond(at(120, 100, 120, 100))).toBeCloseTo(-0.4);
  expect(slopePerSecond(at(1))).toBe(0);
});

it('measures the growth of memory from the first fifth of its time to the last one', () => {
  const at = (...mbs: number[]) => mbs.map((mb, index) => ({ atSeconds: index, mb }));
  expect(growth(at(100, 140, 105, 145, 100, 140, 105, 145, 100, 140))).toBe(0);
  expect(growth(at(100, 100, 120, 120, 140, 140, 160, 160, 180, 180))).toBe(80);
  expect(growth(at())).toBe(0);
});
