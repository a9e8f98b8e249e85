import { expect, it } from 'vitest';
import { replayPauseMs } from './replay-pause.ts';

const KB = 1_024;

it.each([
  [0, 0],
  [512 * KB, 0],
  [768 * KB, 100],
  [1_024 * KB, 200],
  [64 * 1_024 * KB, 5_000],
])('leaves a lane in which %i bytes wait alone for %i ms', (laneBytes, pauseMs) => {
  expect(replayPauseMs(laneBytes)).toBe(pauseMs);
});
