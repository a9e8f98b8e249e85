import { fileURLToPath } from 'node:url';
import type { QueuedOperation } from '@cio-fleet/contracts';
import { type FleetProcess, runFleetProcess, waitFor } from '@cio-fleet/testkit';
import { afterEach, expect, inject, it } from 'vitest';
import { releaseBrakes, setBrake } from '../src/brakes/set-brake.ts';
import { fresh, operationId } from './fixtures/operations.ts';
import { Rig } from './fixtures/rig.ts';
import { createRandom } from './model/random.ts';

const ENTRY = fileURLToPath(new URL('./fixtures/worker-process.ts', import.meta.url));
const PERSONS = 5;
const KILLS = 4;
let rig: Rig | undefined;
let worker: FleetProcess | undefined;
afterEach(async () => {
  worker?.kill('SIGKILL');
  await worker?.stopped;
  await rig?.close();
});

function named(person: string, number: number, name: string): QueuedOperation {
  const { op, ...rest } = fresh(person, number);
  return { ...rest, op: { ...op, name } as QueuedOperation['op'] };
}

it.each([7, 8])(
  'holds and releases lose nothing and keep order while workers are killed, seed %i',
  {
    timeout: 90_000,
  },
  async (seed) => {
    const own = new Rig(inject('redisUrl'), 'kills');
    rig = own;
    const random = createRandom(seed);
    const arrivals = `{cio:${own.workspace}}:test-arrivals`;
    const env = { REDIS_URL: inject('redisUrl'), WORKSPACE: own.workspace, WORKER_ID: 'worker', ARRIVALS: arrivals };
    const holds: string[] = [];
    let number = 0;

    async function something(): Promise<void> {
      const what = random.next();
      if (what < 0.06) {
        const filter = random.chance(0.7) ? { name: 'bad' } : { person: `id:p${random.below(PERSONS)}` };
        holds.push((await setBrake(own.redis, own.workspace, { kind: 'hold', filter, by: 'test' })).id);
      } else if (what < 0.12 && holds.length > 0) {
        await releaseBrakes(own.redis, own.workspace, holds.splice(random.below(holds.length), 1));
      } else {
        number += 1;
        await own.accept([named(`p${number % PERSONS}`, number, random.chance(0.3) ? 'bad' : 'good')]);
      }
    }

    for (let kill = 0; kill < KILLS; kill += 1) {
      worker = await runFleetProcess({ entry: ENTRY, env });
      for (let n = 0; n < 60; n += 1) await something();
      const before = await own.redis.llen(arrivals);
      await releaseBrakes(own.redis, own.workspace, holds.splice(0, 1));
      // Killed in the middle of what that set going, if anything.
      for (let n = 0; n < 40 && (await own.redis.llen(arrivals)) <= before + random.below(30); n += 1)
        await something();
      worker.kill('SIGKILL');
      await worker.stopped;
    }
    worker = await runFleetProcess({ entry: ENTRY, env });
    await releaseBrakes(own.redis, own.workspace, holds);
    expect(await own.settledAll(30_000)).toMatchObject({ accepted: number, delivered: number });
    await waitFor(async () => (await own.redis.hlen(`{cio:${own.workspace}}:parked`)) === 0);

    const arrived = [...new Set(await own.redis.lrange(arrivals, 0, -1))];
    expect(arrived.toSorted()).toEqual(Array.from({ length: number }, (_, index) => operationId(index + 1)));
    for (let person = 0; person < PERSONS; person += 1) {
      const ofPerson = arrived.filter((id) => Number(id.slice(3)) % PERSONS === person);
      expect(ofPerson).toEqual(ofPerson.toSorted());
    }
  },
);
