import { expect, it } from 'vitest';
import { stopWorkers } from './graceful-stop.ts';

it('stops a worker under full load within its deadline, and sends nothing twice', { timeout: 90_000 }, async () => {
  const result = await stopWorkers({ seed: 5, runs: 3, perSecond: 1500 });
  expect(result).toMatchObject({ runs: 3, badExits: 0, repeats: 0, lost: 0, outOfOrder: 0, waiting: 0, examples: [] });
});
