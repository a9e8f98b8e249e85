import { fileURLToPath } from 'node:url';
import { newUlid, type QueuedOperation } from '@cio-fleet/contracts';
import { createBreaker, createBudget, createCourier, createCustomerioClient } from '@cio-fleet/delivery';
import { type FleetProcess, runFleetProcess, waitFor } from '@cio-fleet/testkit';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { event } from './fixtures/operations.ts';
import { Rig } from './fixtures/rig.ts';

const SIMULATOR = fileURLToPath(new URL('../../../apps/simulator/src/main.ts', import.meta.url));
const PERSONS = 20;
const JOBS = 60;

let simulator: FleetProcess;
let rig: Rig;
beforeAll(async () => {
  simulator = await runFleetProcess({ entry: SIMULATOR, env: { SIMULATOR_PORT: '0', LOG_LEVEL: 'info' } });
  rig = new Rig(inject('redisUrl'), 'real', 2);
});
afterAll(async () => {
  await rig.close();
  await simulator.stop();
});

async function faults(body: object): Promise<void> {
  await fetch(`http://127.0.0.1:${simulator.port}/_sim/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

interface Person {
  readonly events: readonly { readonly name: string }[];
}

async function eventsOf(person: string): Promise<string[]> {
  const answer = await fetch(`http://127.0.0.1:${simulator.port}/_sim/people/${person}`);
  return ((await answer.json()) as Person).events.map(({ name }) => name);
}

/** Three events of one person a job; those named `bad` are refused by name. */
function jobOf(number: number): QueuedOperation[] {
  const person = `ada-${number % PERSONS}`;
  return [0, 1, 2].map((part) => {
    const name = part === 1 && number === 3 ? 'bad' : `n${number}.${part}`;
    const { op } = event(person, 0);
    return { id: newUlid(), at: Date.now(), op: { ...op, name } as QueuedOperation['op'] };
  });
}

it('the real courier takes lanes through an outage of the simulator: all arrives, in order, one rejection is dead-lettered', async () => {
  const breaker = createBreaker({ failures: 2, resetMs: 300, successes: 1 });
  const circuits: string[] = [];
  breaker.onChange(({ state }) => circuits.push(state));
  const trackUrl = `http://127.0.0.1:${simulator.port}`;
  const client = createCustomerioClient({
    siteId: 'demo-site',
    apiKey: 'demo-key',
    region: 'us',
    trackUrl,
    requestTimeoutMs: 2000,
  });
  const budget = createBudget({ redis: rig.redis, workspace: rig.workspace, requestsPerSecond: 1000 });
  await rig.startFleet({ courier: createCourier({ client, breaker, budget }), breaker });

  await faults({ rejectName: 'bad' });
  for (let number = 0; number < JOBS; number += 1) {
    if (number === 10) {
      await waitFor(async () => (await rig.ledger())['dead-lettered'] === 1, { description: 'the rejection' });
      await faults({ status: 503, forMs: 700 });
    }
    const operations = jobOf(number);
    const lane = (number % PERSONS) % 2;
    await rig.accept(operations, lane);
  }
  const ledger = await rig.settledAll(20_000);
  await client.close();

  expect(ledger).toMatchObject({ accepted: JOBS * 3, delivered: JOBS * 3 - 1, 'dead-lettered': 1 });
  expect(await rig.held()).toEqual({});
  expect(circuits).toContain('OPEN');
  expect(breaker.status.state).toBe('CLOSED');
  for (let person = 0; person < PERSONS; person += 1) {
    const expected = [person, person + PERSONS, person + 2 * PERSONS]
      .flatMap((number) => [0, 1, 2].map((part) => `n${number}.${part}`))
      .filter((name) => name !== 'n3.1');
    expect(await eventsOf(`ada-${person}`)).toEqual(expected);
  }
});
