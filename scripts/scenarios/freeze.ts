import type { Operation } from '@cio-fleet/contracts';
import { waitFor } from '@cio-fleet/testkit';
import { setStage } from '../chaos/stage.ts';
import type { Verdict } from '../rig/arrival-checker.ts';
import { PLAIN_MIX } from '../rig/numbered-load.ts';
import { readNumbered } from '../rig/numbered-operation.ts';
import { integerBelow, seededRandom } from '../rig/seeded-random.ts';

export interface FreezeOptions {
  readonly seed: number;
  readonly runs: number;
  /** Ends with the first freeze that shows a stale send. @defaultValue false */
  readonly isOverAtFirst?: boolean;
  /** @defaultValue this repository's worker */
  readonly workerEntry?: string;
}

export interface FreezeResult extends Verdict {
  readonly runs: number;
  /**
   * Operations that a worker sent after it woke up, though another one had delivered them while it was frozen: it began a
   * request for a lane that was no longer its own.
   */
  readonly staleSends: number;
  readonly waiting: number;
}

/** Twice the drill's lock. */
const FREEZE_MS = 6000;

/** How long a worker is watched after it woke up, in ms. */
const WATCH_MS = 1500;

/** So few that heads wait for the budget most of the time: between the start of their run and their send. */
const REQUESTS_PER_SECOND = '15';

/** SIGSTOP for twice the lock, then SIGCONT, again and again, one of two workers at a time. */
export async function freezeWorkers({ seed, runs, isOverAtFirst, workerEntry }: FreezeOptions): Promise<FreezeResult> {
  const stage = await setStage({
    seed,
    workers: 2,
    producers: 1,
    perSecond: 300,
    mix: PLAIN_MIX,
    hasOperator: false,
    env: { CUSTOMERIO_MAX_REQUESTS_PER_SECOND: REQUESTS_PER_SECOND },
    ...(workerEntry && { workerEntry }),
  });
  try {
    const { rig } = stage;
    const random = seededRandom(seed);
    const deliveredBy = new Map<string, { readonly siteId: string; readonly atMs: number }>();
    let frozen: { readonly siteId: string; readonly atMs: number; wokenAtMs: number } | undefined;
    let staleSends = 0;
    rig.simulator.onOperation(({ operation, siteId }) => {
      const numbered = readNumbered(operation as Operation);
      for (const n of numbered?.numbers ?? []) {
        const key = `${numbered?.person} ${n}`;
        const before = deliveredBy.get(key);
        const atMs = performance.now();
        if (before === undefined) deliveredBy.set(key, { siteId, atMs });
        else if (siteId === frozen?.siteId && atMs >= frozen.wokenAtMs && before.siteId !== siteId) {
          if (before.atMs > frozen.atMs) staleSends += 1;
        }
      }
    });

    await Promise.all(stage.producers.map((slot) => slot.start()));
    for (let run = 0; run < runs; run += 1) {
      const arrivedBefore = rig.checker.arrivedCount();
      await waitFor(() => rig.checker.arrivedCount() > arrivedBefore + 100);
      await pause(integerBelow(random, 500));
      const slot = stage.workers[run % 2];
      slot?.process?.kill('SIGSTOP');
      frozen = { siteId: slot?.siteId ?? '', atMs: performance.now(), wokenAtMs: Number.POSITIVE_INFINITY };
      await pause(FREEZE_MS);
      frozen.wokenAtMs = performance.now();
      slot?.process?.kill('SIGCONT');
      await pause(WATCH_MS);
      if (isOverAtFirst && staleSends > 0) break;
    }
    await Promise.all(stage.producers.map((slot) => slot.stop()));
    await waitFor(async () => (await rig.ledger()).waiting === 0, { timeoutMs: 30_000, intervalMs: 50 }).catch(
      () => undefined, // The verdict tells what still waits.
    );
    return { ...rig.checker.verdict(), runs, staleSends, waiting: (await rig.ledger()).waiting };
  } finally {
    await stage.stop();
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
