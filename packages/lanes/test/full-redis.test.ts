import { startRedis } from '@cio-fleet/testkit';
import { expect, it } from 'vitest';
import { makeRoom } from '../src/make-room.ts';
import { fresh } from './fixtures/operations.ts';
import { Rig } from './fixtures/rig.ts';
import { createTestCourier } from './fixtures/test-courier.ts';

it('delivers what waits in a Redis at its limit, where nothing can even be fetched', { timeout: 90_000 }, async () => {
  const server = await startRedis();
  const rig = new Rig(server.url, 'full');
  const courier = createTestCourier();
  const first = await rig.startFleet({ courier });
  for (let n = 1; n <= 300; n += 1) await rig.accept([fresh(`p${n}`, n)]);
  await rig.settledAll();
  await first.stop();

  for (let n = 301; n <= 400; n += 1) await rig.accept([fresh(`p${n}`, n)]);
  const used = Number(/used_memory:(\d+)/.exec(await rig.redis.info('memory'))?.[1]);
  await rig.redis.config('SET', 'maxmemory', String(used - 50_000));
  const fleet = await rig.startFleet({ courier, workerId: 'worker-2' });
  expect(await rig.settledAll()).toMatchObject({ accepted: 400, delivered: 400 });
  expect(fleet.errors.map(({ message }) => message)).toContainEqual(expect.stringMatching(/^OOM/));

  await rig.close();
  await server.stop();
});

it('makes room by dropping what is settled, and nothing else', async () => {
  const server = await startRedis();
  const rig = new Rig(server.url, 'room');
  const fleet = await rig.startFleet({ courier: createTestCourier() });
  for (let n = 1; n <= 20; n += 1) await rig.accept([fresh('ada', n)]);
  await rig.settledAll();
  await fleet.stop();
  const waiting = await rig.accept([fresh('ada', 21)]);
  await makeRoom(rig.redis, rig.workspace, [rig.lane(), rig.fallback]);
  const { keyPrefix } = rig.lane();
  expect(await rig.redis.keys(`${keyPrefix}0*`)).toEqual([keyPrefix + waiting]);
  expect(await rig.redis.xlen(`${keyPrefix}events`)).toBe(0);
  expect(await rig.redis.lrange(`${keyPrefix}wait`, 0, -1)).toEqual([waiting]);
  await rig.close();
  await server.stop();
});
