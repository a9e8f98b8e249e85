import { describe, expect, it } from 'vitest';
import { effectiveRate } from './effective-rate.ts';

describe('effectiveRate', () => {
  it('is the budget while there was no 429', () => {
    expect(effectiveRate({ budget: 100 }, 0)).toBe(100);
  });

  it('stays where a 429 left it until Customer.io takes a request again', () => {
    expect(effectiveRate({ budget: 100, current: 50 }, 1_000_000)).toBe(50);
  });

  it.each([
    [0, 50],
    [1_000, 55],
    [5_000, 75],
    [10_000, 100],
    [1_000_000, 100],
    [-5_000, 50],
  ])('rises by 5 % of the budget each second after that, never above it (%i ms)', (sinceMs, rate) => {
    expect(effectiveRate({ budget: 100, current: 50, cleanSinceMs: 20_000 }, 20_000 + sinceMs)).toBeCloseTo(rate);
  });

  it('never falls below one request per second', () => {
    expect(effectiveRate({ budget: 100, current: 0.2 }, 0)).toBe(1);
  });

  it('is never above a budget that was lowered meanwhile', () => {
    expect(effectiveRate({ budget: 10, current: 50 }, 0)).toBe(10);
  });
});
