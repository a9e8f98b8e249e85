import fc from 'fast-check';
import { expect, inject, it } from 'vitest';
import { commandArbitraries, conclude } from './model/commands.ts';
import { newFleetModel } from './model/fleet-model.ts';
import { startRealFleet } from './model/real-fleet.ts';

/** More, and other seeds, by these two variables: the default is what CI has time for. */
const RUNS = Number(process.env.MODEL_RUNS ?? 60);
const SEED = Number(process.env.MODEL_SEED ?? 3);

it('agrees with a small model of lanes, fallback, held persons, erasure and redrive, whatever is done to it', {
  timeout: 120_000 + RUNS * 10_000,
}, async () => {
  let accepted = 0;
  const property = fc.asyncProperty(
    fc.commands(commandArbitraries, { maxCommands: 25, size: 'max' }),
    async (commands) => {
      const real = await startRealFleet(inject('redisUrl'));
      const model = newFleetModel();
      try {
        await real.startWorker();
        await fc.asyncModelRun(() => ({ model, real }), commands);
        await conclude(model, real);
        accepted += model.accepted;
      } finally {
        await real.close();
      }
    },
  );
  // Shrinking would run the real thing a hundred times; the commands of the failure are told as they are.
  await fc.assert(property, { seed: SEED, numRuns: RUNS, endOnFailure: true });
  expect(accepted).toBeGreaterThan(RUNS * 5);
});
