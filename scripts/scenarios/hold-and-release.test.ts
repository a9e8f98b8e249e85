import { releaseBrakes, setBrake } from '@cio-fleet/lanes';
import { waitFor } from '@cio-fleet/testkit';
import { afterEach, expect, it } from 'vitest';
import { sendNumberedLoad } from '../rig/numbered-load.ts';
import { type Rig, startRig } from '../rig/rig.ts';
import { seededRandom } from '../rig/seeded-random.ts';

let rig: Rig;
afterEach(() => rig.stop());

it('holds and releases under load, also in an outage and while a worker is killed, without loss or disorder', {
  timeout: 120_000,
}, async () => {
  rig = await startRig({ simulator: { latencyMs: 10 } });
  const [first] = await Promise.all([rig.startWorker(), rig.startWorker()]);
  const load = sendNumberedLoad({
    cio: rig.createProducer(),
    checker: rig.checker,
    operations: 8000,
    persons: 300,
    random: seededRandom(11),
    concurrency: 100,
    perSecond: 800,
  });
  const hold = (verb: 'identify' | 'track') =>
    setBrake(rig.client, 'default', { kind: 'hold', filter: { verb }, by: 'drill' });
  const release = ({ id }: { readonly id: string }) => releaseBrakes(rig.client, 'default', [id]);
  const parked = async () => rig.client.hlen('{cio:default}:parked');

  await waitFor(() => rig.checker.arrivedCount() > 800);
  const identifies = await hold('identify');
  await waitFor(async () => (await parked()) > 50, { timeoutMs: 20_000 });
  first?.kill('SIGKILL');
  const tracks = await hold('track');
  rig.simulator.setFaults({ status: 503 });
  await release(identifies);
  await rig.startWorker();
  await waitFor(async () => (await parked()) > 150, { timeoutMs: 20_000 });
  rig.simulator.clearFaults();

  await load;
  await release(tracks);
  await waitFor(async () => (await rig.ledger()).waiting === 0, { timeoutMs: 60_000, description: 'waiting = 0' });
  expect(rig.checker.verdict()).toMatchObject({ accepted: 8000, lost: 0, outOfOrder: 0, examples: [] });
  expect(await parked()).toBe(0);
});
