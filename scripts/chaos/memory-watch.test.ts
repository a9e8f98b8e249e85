import { expect, it } from 'vitest';
import { slopePerSecond } from './memory-watch.ts';

it('measures the slope of memory over time by least squares', () => {
  const at = (...mbs: number[]) => mbs.map((mb, index) => ({ atSeconds: index * 10, mb }));
  expect(slopePerSecond(at(100, 100, 100))).toBe(0);
  expect(slopePerSecond(at(100, 110, 120))).toBeCloseTo(1);
  expect(slopePerSecond(at(120, 100, 120, 100))).toBeCloseTo(-0.4);
  expect(slopePerSecond(at(1))).toBe(0);
});
