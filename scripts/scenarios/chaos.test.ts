import { expect, it } from 'vitest';
import { runFaults } from '../chaos/fault-run.ts';
import { FAULTS } from '../chaos/faults/index.ts';
import { problemsOf } from '../chaos/judge.ts';

it('keeps every promise under random faults of all kinds', { timeout: 150_000 }, async () => {
  // What takes long by nature is for `npm run chaos`.
  const faults = FAULTS.filter(({ seconds = 6 }) => seconds <= 10);
  const result = await runFaults({ seed: 20, seconds: 24, workers: 2, producers: 2, perSecond: 300, faults });
  expect(problemsOf(result)).toEqual([]);
  expect(result.faults).toBeGreaterThan(3);
});
