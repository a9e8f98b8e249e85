import { expect, it } from 'vitest';
import { retryDelayMs } from './retry-delay.ts';

it('doubles from 0.2 s up to 10 s, varied by a half', () => {
  expect([1, 2, 3, 7, 1_000].map((attempt) => retryDelayMs(attempt, () => 1))).toEqual([200, 400, 800, 10_000, 10_000]);
  expect(retryDelayMs(1, () => 0)).toBe(100);
});
