import { waitFor } from '@cio-fleet/testkit';
import { afterEach, expect, it } from 'vitest';
import { sendNumberedLoad } from '../rig/numbered-load.ts';
import { type Rig, startRig } from '../rig/rig.ts';
import { seededRandom } from '../rig/seeded-random.ts';

let rig: Rig;
afterEach(() => rig.stop());

const settled = () =>
  waitFor(async () => (await rig.ledger()).waiting === 0, { timeoutMs: 30_000, description: 'waiting = 0' });

async function circuitState(port: number): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/health/customerio`);
  const body = (await response.json()) as { customerio: { circuit_state: string } };
  return body.customerio.circuit_state;
}

it('turns an outage into delay: fallback takes over, no attempt is used, and recovery drains all in order', {
  timeout: 90_000,
}, async () => {
  rig = await startRig({ simulator: { latencyMs: 5 } });
  const workers = [await rig.startWorker(), await rig.startWorker()];
  const cio = rig.createProducer();
  const load = sendNumberedLoad({
    cio,
    checker: rig.checker,
    operations: 6000,
    persons: 300,
    random: seededRandom(7),
    concurrency: 50,
    perSecond: 500,
  });
  await waitFor(() => rig.checker.arrivedCount() > 500);

  rig.simulator.setFaults({ status: 503 });
  await waitFor(async () => (await circuitState(workers[0]?.port ?? 0)) === 'OPEN');
  await waitFor(async () => (await circuitState(workers[1]?.port ?? 0)) === 'OPEN');
  await waitFor(async () => (await rig.held()) > 50);
  const before = rig.simulator.stats().requests;
  const openedAt = performance.now();
  await waitFor(() => performance.now() - openedAt > 4000);
  // Two breakers that half-open about once a second, and nothing else: no attempt is used while they are open.
  expect(rig.simulator.stats().requests - before).toBeLessThan(20);

  rig.simulator.clearFaults();
  const recoveredAt = performance.now();
  await waitFor(async () => (await circuitState(workers[0]?.port ?? 0)) === 'CLOSED');
  const closedMs = performance.now() - recoveredAt;
  const freshAt = performance.now();
  await cio.track('nobody-held', 'Fresh', { fresh: true });
  await waitFor(() => rig.simulator.person('nobody-held') !== undefined);
  expect(performance.now() - freshAt).toBeLessThan(1000);
  expect(closedMs).toBeLessThan(5000);

  await load;
  await settled();
  expect(rig.checker.verdict()).toMatchObject({ lost: 0, outOfOrder: 0, examples: [] });
  expect(await rig.held()).toBe(0);
  const { accepted, delivered, deduplicated } = await rig.ledger();
  expect(accepted).toBe(6001);
  expect(delivered + deduplicated).toBe(accepted);
});
