import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { watchLoop } from './loop-watch.ts';

function blockFor(ms: number): void {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs);
}

describe('the watch of the event loop', () => {
  it('sees a gap while it is still ending, and afterwards', async () => {
    const watch = watchLoop();
    const fromMs = performance.now();
    await delay(10);
    blockFor(120);
    expect(watch.blockedSince(fromMs)).toBeGreaterThanOrEqual(100);
    await delay(20);
    expect(watch.blockedSince(fromMs)).toBeGreaterThanOrEqual(100);
    expect(watch.longestMs).toBeGreaterThanOrEqual(100);
    watch.stop();
  });

  it('adds up the gaps, and counts of each what lies in the time', async () => {
    const watch = watchLoop();
    await delay(20);
    const fromMs = performance.now() + 60;
    blockFor(120);
    await delay(20);
    blockFor(100);
    await delay(20);
    const blockedMs = watch.blockedSince(fromMs);
    expect(blockedMs).toBeGreaterThanOrEqual(150);
    expect(blockedMs).toBeLessThanOrEqual(performance.now() - fromMs);
    watch.stop();
  });

  it('leaves out a gap that was over before', async () => {
    const watch = watchLoop();
    blockFor(400);
    await delay(20);
    expect(watch.blockedSince(performance.now())).toBeLessThan(300);
    watch.stop();
  });
});
