import { describe, expect, it } from 'vitest';
import type { Mutation } from './mutation.ts';
import { type SimulationOptions, type SimulationResult, simulate } from './simulation.ts';

/** LANES_MODEL_SEEDS=20000 runs more, LANES_MODEL_SEED=17 replays one and shows all that happened. */
const { LANES_MODEL_SEEDS, LANES_MODEL_SEED } = process.env;
const DEFAULT_SEEDS = 2500;
/** Without a number of seeds of your own it stops here, in ms: CI machines differ. */
const BUDGET_MS = 15_000;

async function runSeeds(): Promise<SimulationResult[]> {
  const results: SimulationResult[] = [];
  const deadlineMs = performance.now() + (LANES_MODEL_SEEDS === undefined ? BUDGET_MS : Number.POSITIVE_INFINITY);
  for (let seed = 1; seed <= Number(LANES_MODEL_SEEDS ?? DEFAULT_SEEDS); seed += 1) {
    const result = await simulate({ seed });
    if (result.violations.length > 0) await explain({ seed });
    results.push(result);
    if (performance.now() > deadlineMs && seed >= 300) break;
  }
  return results;
}

async function explain(options: SimulationOptions, lines = 80): Promise<void> {
  const trace: string[] = [];
  const { violations } = await simulate({ ...options, trace });
  const story = trace.slice(-lines).join('\n');
  expect.fail(`Seed ${options.seed}: ${violations.slice(0, 5).join('; ')}\n${story}`);
}

describe('the lane protocol, run at random with crashes, freezes, rivals, lost replies and a Redis that comes back older', () => {
  it.runIf(LANES_MODEL_SEED !== undefined)('keeps its promises in the one seed asked for', async () => {
    const seed = Number(LANES_MODEL_SEED);
    const { violations } = await simulate({ seed });
    if (violations.length > 0) await explain({ seed }, 100_000);
  });

  it('loses nothing, keeps order, holds and ledger, and sends nothing that was erased, held or discarded', {
    timeout: 3_600_000,
  }, async () => {
    const results = await runSeeds();
    const sum = (field: 'rollbacks' | 'crashes' | 'turns' | 'discarded' | 'staleArrivals' | 'arrivals' | 'accepted') =>
      results.reduce((total, result) => total + result[field], 0);
    // The model is worth something only as long as what it is about happens.
    expect(sum('rollbacks')).toBeGreaterThan(results.length / 2);
    expect(sum('crashes')).toBeGreaterThan(results.length);
    expect(sum('staleArrivals')).toBeGreaterThan(10);
    expect(sum('arrivals')).toBeGreaterThan(sum('accepted') - sum('discarded'));
    expect(sum('turns')).toBeGreaterThan(results.length);
    expect(sum('discarded')).toBeGreaterThan(results.length / 4);
  });

  it('repeats a seed exactly', async () => {
    const [once, again] = [[], []] as [string[], string[]];
    await simulate({ seed: 11, trace: once });
    await simulate({ seed: 11, trace: again });
    // Ids of pushed jobs are fresh each time.
    const withoutIds = (trace: string[]) => trace.map((line) => line.replaceAll(/#[0-9A-Z]{26}/g, '#…'));
    expect(withoutIds(again)).toEqual(withoutIds(once));
    expect(once.length).toBeGreaterThan(100);
  });
});

describe('the model finds what breaks when', () => {
  const rules: readonly { readonly rule: string; readonly mutation: Mutation; readonly rollbacks?: number }[] = [
    { rule: 'finish settles again what is settled already', mutation: 'settles-twice' },
    { rule: 'the next part is sent after a failed part', mutation: 'goes-on-after-a-failed-part' },
    { rule: 'the head completes in the run that settled it', mutation: 'completes-at-once' },
    { rule: 'only some settled heads go back to the front', mutation: 'hands-back-sometimes', rollbacks: 4 },
    { rule: 'a worker uses one token for all its starts', mutation: 'token-per-worker' },
    { rule: 'the nonce of begin is not compared', mutation: 'ignores-the-nonce', rollbacks: 10 },
    { rule: 'dead letters are added before the script that settles', mutation: 'dead-letter-first' },
    { rule: 'a redrive adds the job, then completes the dead letter', mutation: 'plain-redrive' },
    { rule: 'holds change in a step of their own', mutation: 'holds-in-a-second-step' },
    { rule: 'a rejection leaves its hold behind', mutation: 'holds-only-for-delivered' },
    { rule: 'scripts do not compare the lock', mutation: 'ignores-the-lock' },
    { rule: 'new erasures are not looked for before a send', mutation: 'ignores-new-erasures' },
    { rule: 'new brakes are not looked for before a send', mutation: 'ignores-new-brakes' },
    { rule: 'what parks does not compare which side is the shelf', mutation: 'parks-by-an-old-turn' },
    { rule: 'the sides of parked change places with a full outlet', mutation: 'turns-with-a-full-outlet' },
  ];

  it.each(rules)('$rule', async ({ mutation, rollbacks = 2 }) => {
    const MOST_SEEDS = 3000;
    for (let seed = 1; seed <= MOST_SEEDS; seed += 1) {
      const { violations } = await simulate({ seed, mutation, rollbacks });
      if (violations.length > 0) return;
    }
    expect.fail(`${MOST_SEEDS} seeds found nothing`);
  });
});
