import { describe, expect, it } from 'vitest';
import { type BoundedOptions, pressFleet, problemsOfPressure } from './bounded.ts';
import { FULL_FALLBACK, LARGE_OPERATIONS, SLOW_REDIS } from './pressures.ts';

const MB = 1024 * 1024;

const common = { seed: 6, producers: 1, until: { seconds: 3 }, maxMemoryBytes: 64 * MB, drainTimeoutMs: 60_000 };

describe('memory stays within its bounds, and nothing that was accepted is lost, under', () => {
  it.each<BoundedOptions>([
    { ...common, pressure: LARGE_OPERATIONS },
    { ...common, pressure: SLOW_REDIS },
    { ...common, pressure: { ...FULL_FALLBACK, name: 'a large fallback' }, until: { operations: 40_000 } },
  ])('$pressure.name', { timeout: 120_000 }, async (options) => {
    expect(problemsOfPressure(await pressFleet(options), options)).toEqual([]);
  });
});
