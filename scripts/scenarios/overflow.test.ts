import type { FaultPlan } from '@cio-fleet/simulator';
import { waitFor } from '@cio-fleet/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { sendNumberedLoad } from '../rig/numbered-load.ts';
import { type Rig, startRig } from '../rig/rig.ts';
import { seededRandom } from '../rig/seeded-random.ts';

let rig: Rig;
afterEach(() => rig.stop());

const LIMITS = { CIO_FLEET_LANE_MAX_BYTES: '100000', CIO_FLEET_LANE_MAX_AGE_MS: '60000' };

describe.each<{ readonly name: string; readonly fault: FaultPlan }>([
  { name: 'throttles (429)', fault: { status: 429 } },
  { name: 'throttles with Retry-After', fault: { status: 429, retryAfterSeconds: 1 } },
  { name: 'refuses the credentials (401)', fault: { status: 401 } },
])('when Customer.io $name for long', ({ fault }) => {
  it('spills lanes into fallback at their bound, keeps order, and uses no attempt', { timeout: 90_000 }, async () => {
    rig = await startRig({ simulator: { latencyMs: 5 }, env: LIMITS });
    const worker = await rig.startWorker();
    rig.simulator.setFaults(fault);
    const cio = rig.createProducer();
    const startedAt = performance.now();
    await sendNumberedLoad({
      cio,
      checker: rig.checker,
      operations: 8000,
      persons: 300,
      random: seededRandom(11),
      concurrency: 100,
    });
    // Producers don't notice.
    expect(performance.now() - startedAt).toBeLessThan(15_000);
    await waitFor(async () => (await rig.held()) > 0, { timeoutMs: 20_000, description: 'a held person' });
    const lanes = async () =>
      Math.max(
        ...Object.entries(await rig.client.hgetall('{cio:default}:waiting'))
          .filter(([field]) => /lane\.\d+:bytes$/.test(field))
          .map(([, bytes]) => Number(bytes)),
      );
    // One lane's bound and what one batch may hold.
    await waitFor(async () => (await lanes()) < 100_000 + 480_000, { timeoutMs: 20_000 });
    expect((await fetch(`http://127.0.0.1:${worker.port}/health/customerio`)).status).toBe(200);

    rig.simulator.clearFaults();
    await waitFor(async () => (await rig.ledger()).waiting === 0, { timeoutMs: 40_000, description: 'waiting = 0' });
    expect(rig.checker.verdict()).toMatchObject({ accepted: 8000, lost: 0, outOfOrder: 0, examples: [] });
    expect(await rig.held()).toBe(0);
  });
});

it('answers producers in time with QUEUE_FULL when no worker runs and Redis nears its limit', {
  timeout: 60_000,
}, async () => {
  const limit = 64 * 1024 * 1024;
  rig = await startRig({ redis: { maxMemoryBytes: limit } });
  const cio = rig.createProducer({ enqueueTimeoutMs: 1000 });
  const filler = 'x'.repeat(900);
  const codes = new Map<string, number>();
  let slowestMs = 0;
  for (let round = 0; round < 1000 && !codes.has('QUEUE_FULL'); round += 1) {
    const calls = Array.from({ length: 200 }, async (_, i) => {
      const startedAt = performance.now();
      const result = await cio.track(`p${i}`, 'Filling', { filler, round });
      slowestMs = Math.max(slowestMs, performance.now() - startedAt);
      const code = result.ok ? 'ok' : result.error.code;
      codes.set(code, (codes.get(code) ?? 0) + 1);
    });
    await Promise.all(calls);
  }
  expect(codes.get('QUEUE_FULL')).toBeGreaterThan(0);
  expect(codes.get('ok')).toBeGreaterThan(1000);
  expect(slowestMs).toBeLessThan(1500);
  const info = await rig.client.info('memory');
  expect(Number(/used_memory:(\d+)/.exec(info)?.[1])).toBeLessThan(limit);

  await rig.startWorker();
  await waitFor(async () => (await rig.ledger()).waiting === 0, { timeoutMs: 30_000, description: 'waiting = 0' });
  const { accepted, delivered } = await rig.ledger();
  expect(delivered).toBe(accepted);
});
