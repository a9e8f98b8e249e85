import { expect, it } from 'vitest';
import { freezeWorkers } from './freeze.ts';

it('begins no request for a lane that was taken over while its worker was frozen', { timeout: 90_000 }, async () => {
  const result = await freezeWorkers({ seed: 4, runs: 1 });
  expect(result).toMatchObject({
    runs: 1,
    staleSends: 0,
    lost: 0,
    outOfOrder: 0,
    doubled: 0,
    waiting: 0,
    examples: [],
  });
  expect(result.accepted).toBeGreaterThan(500);
});
