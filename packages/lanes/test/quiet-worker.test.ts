import { heartbeatKey, workspaceKeys } from '@cio-fleet/contracts';
import { waitFor } from '@cio-fleet/testkit';
import { afterEach, beforeEach, expect, inject, it } from 'vitest';
import { readDeploys, setWorkerQuiet } from '../src/index.ts';
import { fresh } from './fixtures/operations.ts';
import { Rig } from './fixtures/rig.ts';
import { createTestCourier } from './fixtures/test-courier.ts';

let rig: Rig;
beforeEach(() => {
  rig = new Rig(inject('redisUrl'), 'quiet', 8);
});
afterEach(() => rig.close());

const beatOf = async (worker: string) =>
  JSON.parse((await rig.redis.get(heartbeatKey(rig.workspace, worker))) ?? '{}') as { quiet?: boolean };

it('a worker told to be quiet hands its lanes to the others, stays alive, and takes its share again when resumed', async () => {
  const courier = createTestCourier();
  const one = await rig.startFleet({ courier, workerId: 'one' });
  const two = await rig.startFleet({ courier, workerId: 'two' });
  await waitFor(() => one.lanes().length === 4 && two.lanes().length === 4, { description: 'lanes to be shared' });
  expect(await setWorkerQuiet(rig.redis, rig.workspace, 'two', true)).toBe(true);
  await waitFor(() => one.lanes().length === 8 && two.lanes().length === 0, { description: 'lanes to change hands' });
  await waitFor(async () => (await beatOf('two')).quiet === true, { description: 'the beat to say so' });
  for (let lane = 0; lane < 8; lane += 1) await rig.accept([fresh(`p${lane}`, lane)], lane);
  expect(await rig.settledAll()).toMatchObject({ delivered: 8 });
  expect(await setWorkerQuiet(rig.redis, rig.workspace, 'two', false)).toBe(true);
  await waitFor(() => one.lanes().length === 4 && two.lanes().length === 4, { description: 'the share to come back' });
});

it('an order to be quiet needs a live worker, and ends with it', async () => {
  expect(await setWorkerQuiet(rig.redis, rig.workspace, 'nobody', true)).toBe(false);
  const fleet = await rig.startFleet({ courier: createTestCourier(), workerId: 'one' });
  await setWorkerQuiet(rig.redis, rig.workspace, 'one', true);
  await waitFor(() => fleet.lanes().length === 0, { description: 'no lanes' });
  await fleet.stop();
  expect(await rig.redis.exists(workspaceKeys(rig.workspace).quietWorkers)).toBe(0);
});

it('the first worker of another version is a deploy, and more of the same are not', async () => {
  const courier = createTestCourier();
  await rig.redis.lpush(workspaceKeys(rig.workspace).deploys, '5 0.0.1 older');
  await rig.startFleet({ courier, workerId: 'one' });
  await rig.startFleet({ courier, workerId: 'two' });
  const deploys = await readDeploys(rig.redis, rig.workspace);
  expect(deploys).toHaveLength(2);
  expect(deploys[1]).toEqual({ at: 5, version: '0.0.1 older' });
  expect(deploys[0]?.at).toBeGreaterThan(5);
});
