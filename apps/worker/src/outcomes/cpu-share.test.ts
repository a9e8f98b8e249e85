import { expect, it } from 'vitest';
import { createCpuShare } from './cpu-share.ts';

it('has nothing left once the saved time is spent, and earns its share of what passes', () => {
  let ownMs = 0;
  let cpuMs = 0;
  const share = createCpuShare(0.1, { own: () => ownMs, cpu: () => cpuMs });
  const work = () => {
    ownMs += 50;
    cpuMs += 50;
    return 'done';
  };
  expect(share.hasLeft).toBe(true);
  expect(share.measure(work)).toBe('done');
  // 30 ms were saved, 5 ms were earned meanwhile.
  expect(share.hasLeft).toBe(false);
  ownMs += 400;
  expect(share.hasLeft).toBe(true);
});

it('earns nothing while others keep it waiting', () => {
  let ownMs = 0;
  let cpuMs = 0;
  const share = createCpuShare(0.5, { own: () => ownMs, cpu: () => cpuMs });
  const work = () => {
    cpuMs += 20;
    ownMs += 20;
  };
  share.measure(work);
  share.measure(work);
  expect(share.hasLeft).toBe(true); // 30 ms were saved, 20 ms were earned, 40 ms spent
  for (let n = 0; n < 10; n += 1) share.measure(work);
  expect(share.hasLeft).toBe(false);
});
