import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { redriveDeadLetters } from '@cio-fleet/lanes';
import type { Producer } from '@cio-fleet/producer';
import { waitFor } from '@cio-fleet/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FaultProxy, startFaultProxy } from '../rig/fault-proxy.ts';
import { REJECTED_NAME } from '../rig/numbered-operation.ts';
import { type Rig, startRig } from '../rig/rig.ts';
import { seededRandom } from '../rig/seeded-random.ts';

let rig: Rig;
let cio: Producer;
let link: FaultProxy;
let spoolDir: string;

beforeEach(async () => {
  rig = await startRig({ simulator: { latencyMs: 5 } });
  cio = rig.createProducer();
  link = await startFaultProxy({ target: { host: '127.0.0.1', port: rig.redis.port }, random: seededRandom(1) });
  spoolDir = mkdtempSync(join(tmpdir(), 'cio-fleet-erasure-'));
});
afterEach(async () => {
  await rig.stop();
  await link.stop();
  rmSync(spoolDir, { recursive: true, force: true });
});

const PERSON = 'ada';
const arrived: string[] = [];

/** Names and actions of what arrives about the person from now on. */
function listen(): readonly string[] {
  arrived.length = 0;
  rig.simulator.onOperation(({ operation }) => {
    const isTheirs = JSON.stringify(operation.identifiers) === `{"id":"${PERSON}"}`;
    if (isTheirs) arrived.push(typeof operation.name === 'string' ? operation.name : operation.action);
  });
  return arrived;
}

async function settled(): Promise<void> {
  await waitFor(async () => (await rig.ledger()).waiting === 0, { timeoutMs: 20_000, description: 'waiting = 0' });
}

describe.each(['suppress', 'delete'] as const)(
  'after a %s, an older operation of that person never arrives',
  (erase) => {
    async function erased(): Promise<void> {
      expect(await cio[erase](PERSON)).toMatchObject({ ok: true });
    }

    it('from a lane', async () => {
      const names = listen();
      await cio.track(PERSON, 'Older', {});
      await erased();
      await rig.startWorker();
      await settled();
      expect(names).toEqual([erase]);
      expect(await rig.ledger()).toMatchObject({ accepted: 2, delivered: 1, erased: 1 });
    });

    it('from fallback', async () => {
      const names = listen();
      await rig.startWorker();
      rig.simulator.setFaults({ status: 503 });
      await cio.track(PERSON, 'Older', {});
      await waitFor(async () => (await rig.held()) === 1, { timeoutMs: 20_000 });
      await erased();
      // A request that was on its way when the person was erased is answered before the next one.
      const before = rig.simulator.stats().requests;
      await waitFor(() => rig.simulator.stats().requests >= before + 2, { timeoutMs: 20_000 });
      rig.simulator.clearFaults();
      await settled();
      expect(names).toEqual([erase]);
      expect(await rig.ledger()).toMatchObject({ accepted: 2, delivered: 1, erased: 1 });
    });

    it('from a dead letter that is redriven', async () => {
      const names = listen();
      await rig.startWorker();
      rig.simulator.setFaults({ rejectName: REJECTED_NAME });
      await cio.track(PERSON, REJECTED_NAME, {});
      await waitFor(async () => (await rig.ledger())['dead-lettered'] === 1);
      rig.simulator.clearFaults();
      await erased();
      await waitFor(
        async () => {
          await redriveDeadLetters({ redis: rig.client, workspace: 'default' });
          return (await rig.ledger())['dead-lettered'] === 0;
        },
        { intervalMs: 200 },
      );
      await settled();
      expect(names).toEqual([erase]);
      expect(await rig.ledger()).toMatchObject({ accepted: 2, delivered: 1, erased: 1 });
    });

    it('from the spool of another producer, which could not reach Redis when the person was erased', async () => {
      const names = listen();
      const redisUrl = `redis://${link.host}:${link.port}`;
      const spooling = rig.createProducer({ redisUrl, spoolDir, redisTimeoutMs: 300, enqueueTimeoutMs: 2000 });
      expect(await spooling.track('somebody', 'First', {})).toMatchObject({ ok: true });
      await link.fail({ kind: 'partition' });
      await waitFor(async () => (await spooling.track(PERSON, 'Older', {})).ok, { timeoutMs: 10_000 });
      await erased();
      await rig.startWorker();
      await waitFor(() => names.includes(erase));
      await link.mend();
      expect(await spooling.flush({ timeoutMs: 15_000 })).toMatchObject({ ok: true });
      await settled();
      expect(names).toEqual([erase]);
      expect((await rig.ledger()).erased).toBeGreaterThanOrEqual(1);
    });
  },
);
