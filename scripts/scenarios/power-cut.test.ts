import { join } from 'node:path';
import { type RedisOptions, waitFor } from '@cio-fleet/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import type { Verdict } from '../rig/arrival-checker.ts';
import { compileShim, NO_SHIM } from '../rig/native-shim.ts';
import { sendNumberedLoad } from '../rig/numbered-load.ts';
import { createPowerCut, type PowerCut } from '../rig/power-cut.ts';
import { type Rig, startRig } from '../rig/rig.ts';
import { seededRandom } from '../rig/seeded-random.ts';

const hasShim = compileShim('fsync-recorder') !== undefined;

let rig: Rig;
let powerCut: PowerCut | undefined;
afterEach(async () => {
  await rig.stop();
  powerCut?.dispose();
});

/** Load without a worker, then the power goes; when Redis is back, whatever it still has is delivered. */
async function losePower(appendFsync: NonNullable<RedisOptions['appendFsync']>): Promise<Verdict> {
  powerCut = createPowerCut();
  rig = await startRig({ redis: { appendFsync, env: { ...powerCut?.env } } });
  const cio = rig.createProducer();
  const startedAtMs = performance.now();
  const load = { cio, checker: rig.checker, persons: 100, random: seededRandom(6), concurrency: 50, perSecond: 1000 };
  await sendNumberedLoad({ ...load, operations: 3000 });
  await rig.redis.kill();
  powerCut?.cut(join(rig.redis.dataDir, 'appendonlydir'));
  if (appendFsync === 'everysec') rig.checker.mayHaveLostSince(Math.max(startedAtMs, performance.now() - 2000));
  await rig.redis.restart();
  await rig.startWorker();
  await waitFor(async () => (await rig.ledger()).waiting === 0, { timeoutMs: 20_000, description: 'waiting = 0' });
  return rig.checker.verdict();
}

describe.skipIf(!hasShim)(`when Redis loses power${hasShim ? '' : ` (skipped: ${NO_SHIM})`}`, () => {
  it('loses nothing that was accepted with appendfsync always', async () => {
    expect(await losePower('always')).toMatchObject({ accepted: 3000, lost: 0, outOfOrder: 0, examples: [] });
  });

  it('loses no more than two seconds with appendfsync everysec, and the checker reports it apart', async () => {
    const verdict = await losePower('everysec');
    expect(verdict).toMatchObject({ accepted: 3000, lost: 0, outOfOrder: 0, examples: [] });
    expect(verdict.lostByRedis).toBeLessThan(2500);
  });

  it('is caught by the checker losing what was never synced to disk', async () => {
    expect((await losePower('no')).lost).toBeGreaterThan(1000);
  });
});
