import { heartbeatKey, workspaceKeys } from '@cio-fleet/contracts';
import type { Heartbeat } from '@cio-fleet/lanes';
import { waitFor } from '@cio-fleet/testkit';
import { afterEach, expect, it } from 'vitest';
import { sendNumberedLoad } from '../rig/numbered-load.ts';
import { type Rig, startRig } from '../rig/rig.ts';
import { seededRandom } from '../rig/seeded-random.ts';

let rig: Rig;
afterEach(() => rig.stop());

async function lanesByWorker(): Promise<Map<string, readonly number[]>> {
  const ids = await rig.client.zrange(workspaceKeys('default').workers, '0', '-1');
  const beats = await Promise.all(ids.map((id) => rig.client.get(heartbeatKey('default', id))));
  return new Map(ids.map((id, i) => [id, (JSON.parse(beats[i] ?? '{"lanes":[]}') as Heartbeat).lanes]));
}

it('hands lanes over when a worker joins and when one leaves, and sends nothing twice', {
  timeout: 60_000,
}, async () => {
  rig = await startRig({ simulator: { latencyMs: 20 } });
  const [first] = await Promise.all([rig.startWorker(), rig.startWorker()]);
  const load = sendNumberedLoad({
    cio: rig.createProducer(),
    checker: rig.checker,
    operations: 24_000,
    persons: 1000,
    random: seededRandom(3),
    concurrency: 200,
    perSecond: 2000,
  });
  await waitFor(() => rig.checker.arrivedCount() > 2000);

  await rig.startWorker();
  const joinedAt = performance.now();
  await waitFor(async () => {
    const lanes = [...(await lanesByWorker()).values()];
    return lanes.length === 3 && lanes.every((own) => own.length >= 2) && lanes.flat().length === 8;
  });
  expect(performance.now() - joinedAt).toBeLessThan(5000);

  expect(await first?.stop()).toBe(0);
  await waitFor(async () => [...(await lanesByWorker()).values()].flat().length === 8);
  await load;
  await waitFor(async () => (await rig.ledger()).waiting === 0, { timeoutMs: 20_000, description: 'waiting = 0' });
  expect(rig.checker.verdict()).toMatchObject({ accepted: 24_000, lost: 0, outOfOrder: 0, repeats: 0, examples: [] });
});
