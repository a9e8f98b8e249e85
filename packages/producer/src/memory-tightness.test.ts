import { describe, expect, it } from 'vitest';
import { MemoryTightness } from './memory-tightness.ts';

/** What it says to each of these shares of the memory, seen second by second. */
function tightness(...percents: readonly number[]): readonly boolean[] {
  const watch = new MemoryTightness();
  return percents.map((percent, second) => watch.observe(percent * 1_000, 100_000, second * 1_000));
}

const steady = (percent: number, seconds: number) => Array.from({ length: seconds }, () => percent);

describe('spools', () => {
  it('wait above 70 % while Redis empties, and go on below', () => {
    expect(tightness(79, 78, 71, 69, 71)).toEqual([false, true, true, false, true]);
  });

  it('use the room up to the bound once Redis has not emptied for 30 s', () => {
    expect(tightness(60, ...steady(75, 40)).indexOf(false, 1)).toBe(30);
  });

  it('don’t wait for a Redis that other data keep above 70 %, though a little comes and goes', () => {
    const noise = Array.from({ length: 100 }, (_, second) => 75 + Math.sin(second) * 2);
    expect(tightness(...noise).slice(-60)).not.toContain(true);
  });

  it('never wait for a Redis without a bound', () => {
    expect(new MemoryTightness().observe(1_000_000, 0, 0)).toBe(false);
  });
});
