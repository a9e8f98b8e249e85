import { ledgerResidue } from '@cio-fleet/contracts';
import { waitFor } from '@cio-fleet/testkit';
import type { Verdict } from '../rig/arrival-checker.ts';
import { sendNumberedLoad } from '../rig/numbered-load.ts';
import { startRig } from '../rig/rig.ts';
import { integerBelow, seededRandom } from '../rig/seeded-random.ts';
import { FAULTS } from './faults.ts';

export interface FaultRunOptions {
  readonly seed: number;
  readonly minutes: number;
  readonly workers: number;
  readonly perSecond: number;
  readonly onFault?: (name: string, atSeconds: number) => void;
}

export interface FaultRunResult extends Verdict {
  readonly faults: number;
  /** From the end of the last fault until nothing waited any more, in s. */
  readonly recoverySeconds: number;
  readonly residue: number;
  readonly waiting: number;
  readonly held: number;
}

const RECOVERY_MS = 90_000;

/** Steady load under random faults, one after another; each of load, faults and answers draws from a generator of its own. */
export async function runFaults(options: FaultRunOptions): Promise<FaultRunResult> {
  const rig = await startRig({ simulator: { latencyMs: 5 } });
  try {
    const workers = await Promise.all(Array.from({ length: options.workers }, () => rig.startWorker()));
    const random = seededRandom(options.seed);
    const ending = new AbortController();
    const load = sendNumberedLoad({
      cio: rig.createProducer({ enqueueTimeoutMs: 60_000 }),
      checker: rig.checker,
      operations: Number.POSITIVE_INFINITY,
      persons: 400,
      random: seededRandom(options.seed + 1),
      concurrency: 200,
      perSecond: options.perSecond,
      signal: ending.signal,
    });

    const startedAt = performance.now();
    const deadline = startedAt + options.minutes * 60_000;
    let faults = 0;
    while (performance.now() < deadline) {
      const fault = FAULTS[integerBelow(random, FAULTS.length)];
      if (fault === undefined) break;
      options.onFault?.(fault.name, (performance.now() - startedAt) / 1000);
      await fault.strike({ rig, workers, random, pause });
      faults += 1;
      await pause(integerBelow(random, 1000));
    }
    const mendedAt = performance.now();
    ending.abort();
    await load;
    await waitFor(async () => (await rig.ledger()).waiting === 0, { timeoutMs: RECOVERY_MS, intervalMs: 100 }).catch(
      () => undefined, // The verdict tells what still waits.
    );
    const ledger = await rig.ledger();
    return {
      ...rig.checker.verdict(),
      faults,
      recoverySeconds: (performance.now() - mendedAt) / 1000,
      residue: ledgerResidue(ledger),
      waiting: ledger.waiting,
      held: await rig.held(),
    };
  } finally {
    await rig.stop();
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
