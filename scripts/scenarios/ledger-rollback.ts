import { join } from 'node:path';
import { type Ledger, ledgerResidue } from '@cio-fleet/contracts';
import { waitFor } from '@cio-fleet/testkit';
import { problemsWhere } from '../chaos/problem.ts';
import { setStage } from '../chaos/stage.ts';
import type { Verdict } from '../rig/arrival-checker.ts';
import { FULL_MIX } from '../rig/numbered-load.ts';
import { integerBelow, seededRandom } from '../rig/seeded-random.ts';

export interface LedgerRollbackOptions {
  readonly seed: number;
  readonly powerCuts: number;
  readonly perSecond: number;
}

export interface LedgerRollbackResult extends Verdict {
  readonly powerCuts: number;
  /** Looks at the ledger under traffic in which it did not add up. */
  readonly unbalanced: number;
  readonly looks: number;
  /** Cuts after which the ledger had less than before it. */
  readonly rollbacks: number;
  /** By how much it went back at most: accepted and settled operations, not counting those of the last moment before the cut. */
  readonly mostAcceptedTakenBack: number;
  readonly mostDeliveredTakenBack: number;
  readonly waiting: number;
  readonly residue: number;
}

/** `appendfsync everysec` waits up to 2 s for a slow disk, and an answer is told some time after it was given. */
const EVERYSEC_LOSS_MS = 3_000;

/**
 * Power cuts of a Redis that loses its last second each time, under traffic with suppress and delete, and moves to fallback: the
 * ledger must add up whenever it is looked at.
 */
export async function rollLedgerBack({
  seed,
  powerCuts,
  perSecond,
}: LedgerRollbackOptions): Promise<LedgerRollbackResult> {
  const stage = await setStage({
    ...{ seed, workers: 2, producers: 1, perSecond, persons: 200, mix: FULL_MIX, hasOperator: false },
    redis: { appendFsync: 'everysec' },
  });
  const { rig, powerCut } = stage;
  const random = seededRandom(seed);
  const counts = { unbalanced: 0, looks: 0, rollbacks: 0, mostAcceptedTakenBack: 0, mostDeliveredTakenBack: 0 };
  const look = async (): Promise<Ledger> => {
    const ledger = await rig.ledger();
    counts.looks += 1;
    if (ledgerResidue(ledger) !== 0) counts.unbalanced += 1;
    return ledger;
  };
  try {
    if (powerCut === undefined) throw new Error('expected a C compiler for power cuts, found none');
    await Promise.all(stage.producers.map((slot) => slot.start()));
    for (let cut = 0; cut < powerCuts; cut += 1) {
      const arrivedBefore = rig.checker.arrivedCount();
      await waitFor(() => rig.checker.arrivedCount() > arrivedBefore + perSecond / 2, { timeoutMs: 30_000 });
      // Some cuts find a lane or fallback in the middle of a move.
      if (cut % 2 === 0) stage.weather.set({ status: 503 });
      await pause(200 + integerBelow(random, 1500));
      const before = await look();
      await rig.redis.kill();
      powerCut.cut(join(rig.redis.dataDir, 'appendonlydir'));
      rig.checker.mayHaveLostSince(performance.now() - EVERYSEC_LOSS_MS);
      stage.weather.clear();
      await rig.redis.restart();
      const after = await look();
      const accepted = before.accepted - after.accepted;
      const delivered = before.delivered - after.delivered;
      if (accepted > 0 || delivered > 0) counts.rollbacks += 1;
      counts.mostAcceptedTakenBack = Math.max(counts.mostAcceptedTakenBack, accepted);
      counts.mostDeliveredTakenBack = Math.max(counts.mostDeliveredTakenBack, delivered);
    }
    await Promise.all(stage.producers.map((slot) => slot.stop()));
    await waitFor(async () => (await look()).waiting === 0, { timeoutMs: 60_000, intervalMs: 100 }).catch(
      () => undefined, // The verdict tells what still waits.
    );
    const ledger = await rig.ledger();
    return {
      ...rig.checker.verdict(),
      powerCuts,
      ...counts,
      waiting: ledger.waiting,
      residue: ledgerResidue(ledger),
    };
  } finally {
    await stage.stop();
  }
}

/** A few may all come right after an fsync. */
const ENOUGH_POWER_CUTS = 10;

export function problemsOfLedgerRollback(result: LedgerRollbackResult): readonly string[] {
  const { lost, outOfOrder, doubled, unbalanced, waiting, residue } = result;
  const zeros = { lost, outOfOrder, doubled, unbalanced, waiting, residue };
  return problemsWhere(
    ...Object.entries(zeros).map(([name, count]) => [count !== 0, `expected ${name} = 0, got ${count}`] as const),
    [
      result.rollbacks === 0 && result.powerCuts >= ENOUGH_POWER_CUTS,
      'expected some power cuts to take something back',
    ],
  );
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
