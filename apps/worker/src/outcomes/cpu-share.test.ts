import { expect, it } from 'vitest';
import { createCpuShare } from './cpu-share.ts';

it('has nothing left once the saved time is spent, and earns its share of what passes', () => {
  let nowMs = 0;
  const share = createCpuShare(0.1, () => nowMs);
  expect(share.hasLeft).toBe(true);
  expect(
    share.measure(() => {
      nowMs += 150;
      return 'done';
    }),
  ).toBe('done');
  // 100 ms were saved, 15 ms were earned meanwhile.
  expect(share.hasLeft).toBe(false);
  nowMs += 400;
  expect(share.hasLeft).toBe(true);
});
