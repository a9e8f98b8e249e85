import { describe, expect, it } from 'vitest';
import { backoffMs } from './backoff.ts';

describe('backoffMs', () => {
  it.each([
    [1, 1_000],
    [2, 2_000],
    [3, 4_000],
    [4, 8_000],
    [7, 60_000],
    [2_000, 60_000],
  ])('stays below its ceiling after attempt %i', (attempt, ceilingMs) => {
    expect(backoffMs({ attempt, baseMs: 1_000, capMs: 60_000, random: () => 0.999_999 })).toBe(ceilingMs);
  });

  it('spreads evenly between floor and ceiling', () => {
    expect(backoffMs({ attempt: 2, baseMs: 1_000, capMs: 60_000, random: () => 0.5 })).toBe(1_025);
  });

  it('never waits for nothing, however the dice fall', () => {
    expect(backoffMs({ attempt: 1, baseMs: 1_000, capMs: 60_000, random: () => 0 })).toBe(50);
  });

  it('keeps to a base below the floor', () => {
    expect(backoffMs({ attempt: 1, baseMs: 10, capMs: 60_000, random: () => 0 })).toBe(10);
  });

  it('takes attempt 0 for the first', () => {
    expect(backoffMs({ attempt: 0, baseMs: 1_000, capMs: 60_000, random: () => 0.999_999 })).toBe(1_000);
  });
});
