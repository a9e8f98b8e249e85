import { fileURLToPath } from 'node:url';
import { type FleetProcess, runFleetProcess, waitFor } from '@cio-fleet/testkit';
import { afterEach, expect, inject, it } from 'vitest';
import { event, operationId } from './fixtures/operations.ts';
import { Rig } from './fixtures/rig.ts';

const ENTRY = fileURLToPath(new URL('./fixtures/worker-process.ts', import.meta.url));
let rig: Rig | undefined;
let worker: FleetProcess | undefined;
afterEach(async () => {
  worker?.kill('SIGKILL');
  await worker?.stopped;
  await rig?.close();
});

it('an operation that kills every worker that sends it is found by halves and dead-lettered alone', {
  timeout: 90_000,
}, async () => {
  rig = new Rig(inject('redisUrl'), 'killer');
  const own = rig;
  const operations = [1, 2, 3, 4, 5].map((n) => event(`p${n}`, n, { at: Date.now() }));
  const poisoned = operations.map((operation, index) => (index === 3 ? killerOf(operation) : operation));
  await own.accept(poisoned);
  await own.accept([event('p4', 6, { at: Date.now() })]);

  let deaths = 0;
  const isOver = async () => {
    const { accepted, waiting } = await own.ledger();
    return accepted === 6 && waiting === 0;
  };
  while (!(await isOver())) {
    const env = { REDIS_URL: inject('redisUrl'), WORKSPACE: own.workspace, WORKER_ID: 'worker' };
    worker = await runFleetProcess({ entry: ENTRY, env });
    const { stopped } = worker;
    let isDead = false;
    void stopped.then(() => {
      isDead = true;
    });
    await waitFor(async () => isDead || (await isOver()), { timeoutMs: 20_000, description: 'a death or the end' });
    deaths += 1;
    expect(deaths).toBeLessThan(15);
  }

  expect(await own.ledger()).toMatchObject({ delivered: 5, 'dead-lettered': 1 });
  const dead = await own.queue(own.deadLetter).getJob(`${operationId(4)}-0`);
  expect(dead?.data).toMatchObject({ reason: { code: 'KILLS_WORKER' } });
});

function killerOf(operation: ReturnType<typeof event>) {
  return { ...operation, op: { ...operation.op, name: 'killer' } } as ReturnType<typeof event>;
}
