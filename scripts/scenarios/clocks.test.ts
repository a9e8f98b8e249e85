import { waitFor } from '@cio-fleet/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { type Stage, setStage } from '../chaos/stage.ts';
import { compileShim, NO_SHIM } from '../rig/native-shim.ts';
import { FULL_MIX } from '../rig/numbered-load.ts';

const hasShim = compileShim('clock-offset') !== undefined;
const HOUR = 3600;

let stage: Stage;
afterEach(() => stage.stop());

describe.skipIf(!hasShim)(`with wrong clocks${hasShim ? '' : ` (skipped: ${NO_SHIM})`}`, () => {
  it('expires nothing, reorders nothing and erases nothing wrongly, though workers and producers are days apart', {
    timeout: 60_000,
  }, async () => {
    stage = await setStage({
      ...{ seed: 8, workers: 2, producers: 2, perSecond: 300, mix: { ...FULL_MIX, rejected: 0 }, hasOperator: false },
      env: { CIO_FLEET_LANE_MAX_AGE_MS: '60000' },
    });
    const { rig, workers, producers } = stage;
    const accepted = async (more: number) => {
      const before = rig.checker.acceptedCount();
      await waitFor(() => rig.checker.acceptedCount() > before + more, { timeoutMs: 15_000 });
    };
    for (const slot of producers) await slot.start();
    workers[0]?.clock?.setOffsetSeconds(100 * HOUR);
    workers[1]?.clock?.setOffsetSeconds(-100 * HOUR);
    producers[0]?.clock?.setOffsetSeconds(-100 * HOUR);
    producers[1]?.clock?.setOffsetSeconds(100 * HOUR);
    await accepted(500);
    // An outage: the fallback's ages count by somebody's clock too.
    stage.weather.set({ status: 503 });
    await accepted(500);
    stage.weather.clear();
    workers[0]?.clock?.setOffsetSeconds(-5 * HOUR);
    producers[1]?.clock?.setOffsetSeconds(0);
    await accepted(500);
    for (const slot of producers) expect(await slot.stop()).toBe(true);
    await waitFor(async () => (await rig.ledger()).waiting === 0, { timeoutMs: 20_000, description: 'waiting = 0' });
    expect(await rig.ledger()).toMatchObject({ 'dead-lettered': 0 });
    expect(rig.checker.verdict()).toMatchObject({ lost: 0, outOfOrder: 0, undead: 0, examples: [] });
  });
});
