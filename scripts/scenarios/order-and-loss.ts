import { waitFor } from '@cio-fleet/testkit';
import type { Verdict } from '../rig/arrival-checker.ts';
import { sendNumberedLoad } from '../rig/numbered-load.ts';
import { startRig } from '../rig/rig.ts';
import { integerBelow, seededRandom } from '../rig/seeded-random.ts';

export interface OrderAndLossOptions {
  readonly operations: number;
  readonly persons: number;
  readonly workers: number;
  readonly killEveryMs: number;
  readonly perSecond: number;
  readonly seed: number;
  /** How long after the last operation everything must have arrived, in ms. */
  readonly settleMs: number;
}

export interface OrderAndLossResult extends Verdict {
  readonly kills: number;
  readonly residue: number;
  readonly held: number;
  readonly seconds: number;
}

/** Steady load while workers are killed with SIGKILL, one at a time, and replaced. */
export async function orderAndLoss(options: OrderAndLossOptions): Promise<OrderAndLossResult> {
  const rig = await startRig({ simulator: { latencyMs: 5 } });
  try {
    const startedAt = performance.now();
    const workers = await Promise.all(Array.from({ length: options.workers }, () => rig.startWorker()));
    const faults = seededRandom(options.seed);
    let kills = 0;
    let replacing: Promise<void> = Promise.resolve();
    const killing = setInterval(() => {
      const index = integerBelow(faults, workers.length);
      workers[index]?.kill('SIGKILL');
      kills += 1;
      replacing = rig.startWorker().then((worker) => {
        workers[index] = worker;
      });
    }, options.killEveryMs);

    await sendNumberedLoad({
      cio: rig.createProducer(),
      checker: rig.checker,
      operations: options.operations,
      persons: options.persons,
      random: seededRandom(options.seed + 1),
      concurrency: 200,
      perSecond: options.perSecond,
    });
    clearInterval(killing);
    await replacing;
    await waitFor(async () => (await rig.ledger()).waiting === 0, {
      timeoutMs: options.settleMs,
      intervalMs: 50,
    }).catch(
      () => undefined, // The verdict tells what is missing.
    );
    const { accepted, delivered, waiting, ...settled } = await rig.ledger();
    const others = settled['dead-lettered'] + settled.deduplicated + settled.erased + settled.discarded;
    return {
      ...rig.checker.verdict(),
      kills,
      residue: accepted - delivered - waiting - others,
      held: await rig.held(),
      seconds: (performance.now() - startedAt) / 1000,
    };
  } finally {
    await rig.stop();
  }
}
