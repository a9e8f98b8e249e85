import { expect, it } from 'vitest';
import { orderAndLoss } from './order-and-loss.ts';

it('loses nothing and keeps each person in order while workers are killed and replaced', {
  timeout: 90_000,
}, async () => {
  const result = await orderAndLoss({
    operations: 20_000,
    persons: 2000,
    workers: 2,
    killEveryMs: 1500,
    perSecond: 1500,
    seed: 42,
    settleMs: 30_000,
  });
  expect(result.kills).toBeGreaterThanOrEqual(5);
  expect(result).toMatchObject({ accepted: 20_000, lost: 0, outOfOrder: 0, residue: 0, held: 0, examples: [] });
  expect(result.repeats).toBeLessThan(2000);
});
