import { expect, it } from 'vitest';
import { createLeasedLimit } from './leased-limit.ts';
import type { SharedWindow } from './shared-window.ts';

/** A window as Redis keeps it, in memory. */
function setUp({ isAway = false } = {}) {
  const state = { nowMs: 0, asked: 0, taken: 0, isAway };
  const shared: SharedWindow = {
    async take(_key, points, limit) {
      state.asked += 1;
      if (state.isAway) return undefined;
      state.taken += points;
      return { granted: state.taken <= limit, endsInMs: 5_000 - (state.nowMs % 5_000) };
    },
  };
  const limit = createLeasedLimit({ shared, windowSeconds: 5, now: () => state.nowMs });
  const passed = async (times: number, perSecond: number) => {
    const answers = await Promise.all(Array.from({ length: times }, () => limit.take('key', perSecond)));
    return answers.filter((answer) => answer === undefined).length;
  };
  return { state, limit, passed };
}

it('lets as many through in a window as its rate times its seconds', async () => {
  const { passed } = setUp();
  expect(await passed(1_000, 100)).toBe(500);
});

it('asks the shared window for every fiftieth part only', async () => {
  const { state, passed } = setUp();
  await passed(500, 100);
  expect(state.asked).toBeLessThanOrEqual(51);
});

it('says when to come again, and does not ask before', async () => {
  const { state, limit, passed } = setUp();
  await passed(600, 100);
  const { asked } = state;
  state.nowMs = 3_000;
  expect(await limit.take('key', 100)).toBe(2);
  expect(state.asked).toBe(asked);
});

it('is open again when the window is over', async () => {
  const { state, passed } = setUp();
  await passed(600, 100);
  Object.assign(state, { nowMs: 5_001, taken: 0 });
  expect(await passed(10, 100)).toBe(10);
});

it('grants the whole window by itself while the shared one is away', async () => {
  const { state, passed } = setUp({ isAway: true });
  expect(await passed(1_000, 100)).toBe(500);
  expect(state.asked).toBe(1);
});

it('limits nobody at a rate of 0', async () => {
  const { state, passed } = setUp();
  expect(await passed(10_000, 0)).toBe(10_000);
  expect(state.asked).toBe(0);
});

it('keeps to a rate of less than one request per second', async () => {
  const { passed } = setUp();
  expect(await passed(10, 0.2)).toBe(1);
});
