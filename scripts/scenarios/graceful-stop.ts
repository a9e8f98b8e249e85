import { waitFor } from '@cio-fleet/testkit';
import { setStage } from '../chaos/stage.ts';
import type { Verdict } from '../rig/arrival-checker.ts';
import { PLAIN_MIX } from '../rig/numbered-load.ts';
import { DRILL_TIMES } from '../rig/rig.ts';
import { integerBelow, seededRandom } from '../rig/seeded-random.ts';

export interface GracefulStopOptions {
  readonly seed: number;
  readonly runs: number;
  readonly perSecond: number;
}

export interface GracefulStopResult extends Verdict {
  readonly runs: number;
  /** Workers that ended with another status than 0, or after their deadline. */
  readonly badExits: number;
  readonly slowestStopMs: number;
  readonly waiting: number;
}

/** SIGTERM to one of two workers under full load, again and again, each replaced. */
export async function stopWorkers({ seed, runs, perSecond }: GracefulStopOptions): Promise<GracefulStopResult> {
  const stage = await setStage({ seed, workers: 2, producers: 1, perSecond, mix: PLAIN_MIX, hasOperator: false });
  try {
    const { rig } = stage;
    const random = seededRandom(seed);
    let badExits = 0;
    let slowestStopMs = 0;
    await Promise.all(stage.producers.map((slot) => slot.start()));
    for (let run = 0; run < runs; run += 1) {
      const arrivedBefore = rig.checker.arrivedCount();
      await waitFor(() => rig.checker.arrivedCount() > arrivedBefore + perSecond / 4);
      await pause(integerBelow(random, 300));
      const slot = stage.workers[run % 2];
      const startedAtMs = performance.now();
      const code = await slot?.stop();
      const tookMs = performance.now() - startedAtMs;
      slowestStopMs = Math.max(slowestStopMs, tookMs);
      if (code !== 0 || tookMs > Number(DRILL_TIMES.CIO_FLEET_STOP_DEADLINE_MS)) badExits += 1;
      await slot?.start();
    }
    await Promise.all(stage.producers.map((slot) => slot.stop()));
    await waitFor(async () => (await rig.ledger()).waiting === 0, { timeoutMs: 30_000, intervalMs: 50 }).catch(
      () => undefined, // The verdict tells what still waits.
    );
    const { waiting } = await rig.ledger();
    return { ...rig.checker.verdict(), runs, badExits, slowestStopMs: Math.round(slowestStopMs), waiting };
  } finally {
    await stage.stop();
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
