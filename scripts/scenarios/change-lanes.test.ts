import { changeLanes } from '@cio-fleet/lanes';
import { waitFor } from '@cio-fleet/testkit';
import { afterEach, expect, it } from 'vitest';
import { sendNumberedLoad } from '../rig/numbered-load.ts';
import { type Rig, startRig } from '../rig/rig.ts';
import { seededRandom } from '../rig/seeded-random.ts';

let rig: Rig;
afterEach(() => rig.stop());

it('changes the number of lanes up and down under load, also in an outage, without loss or disorder', {
  timeout: 90_000,
}, async () => {
  rig = await startRig({ simulator: { latencyMs: 10 } });
  await Promise.all([rig.startWorker(), rig.startWorker()]);
  const load = sendNumberedLoad({
    cio: rig.createProducer(),
    checker: rig.checker,
    operations: 9000,
    persons: 400,
    random: seededRandom(5),
    concurrency: 100,
    perSecond: 900,
  });
  const change = (lanes: number) => changeLanes({ redis: rig.client, workspace: 'default', lanes });

  await waitFor(() => rig.checker.arrivedCount() > 800);
  expect(await change(3)).toEqual({ kind: 'changed', before: 8 });
  await waitFor(() => rig.checker.arrivedCount() > 2500);
  expect(await change(13)).toEqual({ kind: 'changed', before: 3 });

  rig.simulator.setFaults({ status: 503 });
  await waitFor(async () => (await rig.held()) > 20);
  expect(await change(5)).toEqual({ kind: 'changed', before: 13 });
  rig.simulator.clearFaults();

  await load;
  await waitFor(async () => (await rig.ledger()).waiting === 0, { timeoutMs: 30_000, description: 'waiting = 0' });
  expect(rig.checker.verdict()).toMatchObject({ accepted: 9000, lost: 0, outOfOrder: 0, examples: [] });
});

it('changes nothing when the lanes do not become empty in time, and producers go on', { timeout: 30_000 }, async () => {
  rig = await startRig();
  const cio = rig.createProducer();
  expect(await cio.track('ada', 'Waits')).toMatchObject({ ok: true });
  const result = await changeLanes({ redis: rig.client, workspace: 'default', lanes: 4, timeoutMs: 500 });
  expect(result).toEqual({ kind: 'timeout', jobs: 1 });
  expect(await cio.track('ada', 'Goes on')).toMatchObject({ ok: true });
  expect(await rig.client.get('{cio:default}:lanes')).toBe('8');
});
