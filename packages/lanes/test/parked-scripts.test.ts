import { randomUUID } from 'node:crypto';
import { workspaceKeys } from '@cio-fleet/contracts';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { releaseBrakes, setBrake } from '../src/brakes/set-brake.ts';
import { NO_PROGRESS } from '../src/head-progress.ts';
import type { Finish, LaneStore, Lease } from '../src/lane-store.ts';
import { NOTHING_PARKED } from '../src/parking.ts';
import { parkedAddress } from '../src/queue-address.ts';
import { createRedisLaneStore } from '../src/redis-lane-store.ts';
import { movedPushes, settledProgress } from '../src/settle.ts';
import { event } from './fixtures/operations.ts';
import { Rig } from './fixtures/rig.ts';

let rig: Rig;
beforeEach(() => {
  rig = new Rig(inject('redisUrl'), 'parked');
});
afterEach(() => rig.close());

const keys = () => workspaceKeys(rig.workspace);
const hold = () => setBrake(rig.redis, rig.workspace, { kind: 'hold', filter: { name: 'x' }, by: 'test' });
const side = (number: 0 | 1) => parkedAddress(rig.workspace, number);

/** The head of the lane in work. */
async function head(): Promise<{ readonly store: LaneStore; readonly lease: Lease }> {
  await rig.accept([event('ada', 1)]);
  const { id = '' } = await rig.take(rig.lane());
  const store = createRedisLaneStore({ redis: rig.redis, queue: rig.lane(), lockMs: 30_000 });
  return { store, lease: { jobId: id, token: 'token' } };
}

/** Parks the head's operation on a side, by what was read at a turn. */
function parking(number: 0 | 1, turn: number): Finish {
  const none = new Map<string, number>();
  const ada = new Map([['id:ada', 1]]);
  return {
    headOperations: 1,
    followers: [],
    pushes: movedPushes(side(number), [event('ada', 1)]),
    held: new Map(),
    parked: number === 0 ? [ada, none] : [none, ada],
    braked: new Map([['a-brake', 1]]),
    turn,
    ledger: new Map(),
    deadLetterReasons: new Map(),
    progress: settledProgress(NO_PROGRESS),
  };
}

describe('begin', () => {
  it('says that nothing is parked while no brake was ever set', async () => {
    const { store, lease } = await head();
    expect(await store.begin(lease, randomUUID(), ['id:ada'])).toMatchObject({
      brakesVersion: '0',
      parking: NOTHING_PARKED,
    });
  });

  it('tells the version of the brakes, the turn, and who is parked where', async () => {
    const { store, lease } = await head();
    await hold();
    await rig.redis.hset(keys().parked, { '0:id:ada': 1, '1:id:bob': 2 });
    await rig.redis.hset(keys().shelf, { turn: 5, since: 77 });
    const begin = await store.begin(lease, randomUUID(), ['id:ada', 'id:bob', 'id:cid']);
    expect(begin).toMatchObject({
      brakesVersion: await rig.redis.get(keys().brakesVersion),
      parking: { turn: 5, sinceMs: 77, onShelf: new Set(['id:bob']), inOutlet: new Set(['id:ada']) },
    });
  });
});

describe('finish', () => {
  it('parks under the turn by which it was decided, and counts person, brake and ledger', async () => {
    const { store, lease } = await head();
    expect(await store.finish(lease, parking(0, 0))).toBe('ok');
    expect(await rig.redis.llen(`${side(0).keyPrefix}wait`)).toBe(1);
    expect(await rig.redis.hgetall(keys().parked)).toEqual({ '0:id:ada': '1' });
    expect(await rig.redis.hgetall(keys().brakeCounts)).toEqual({ 'a-brake': '1' });
    expect(await rig.ledger()).toMatchObject({ accepted: 1, waiting: 1 });
  });

  it('writes nothing when the sides have changed places since', async () => {
    const { store, lease } = await head();
    await rig.redis.hset(keys().shelf, 'turn', 1);
    const before = await rig.contents();
    expect(await store.finish(lease, parking(0, 0))).toBe('changed');
    expect(await rig.contents()).toEqual(before);
  });
});

describe('the sides of parked', () => {
  const sweep = () => createRedisLaneStore({ redis: rig.redis, queue: side(0), lockMs: 30_000 }).sweep();
  const shelf = () => rig.redis.hgetall(keys().shelf);

  it('stay while the brakes do', async () => {
    expect(await sweep()).toBe(0);
    expect(await shelf()).toEqual({});
  });

  it('change places once after a release, and wake the new outlet', async () => {
    const { id } = await hold();
    await releaseBrakes(rig.redis, rig.workspace, [id]);
    await rig.redis.set(`${side(0).keyPrefix}limiter`, '1', 'PX', 60_000);
    expect([await sweep(), await sweep()]).toEqual([1, 1]);
    expect(await shelf()).toMatchObject({ turn: '1', swept: await rig.redis.get(keys().brakesVersion) });
    expect(Number((await shelf()).since)).toBeGreaterThan(1e12);
    expect(await rig.redis.exists(`${side(0).keyPrefix}limiter`)).toBe(0);
  });

  it.each(['wait', 'active'])('stay while the outlet has a job in %s', async (list) => {
    const { id } = await hold();
    await releaseBrakes(rig.redis, rig.workspace, [id]);
    await rig.redis.lpush(`${side(1).keyPrefix}${list}`, 'a-job');
    expect(await sweep()).toBe(0);
    await rig.redis.del(`${side(1).keyPrefix}${list}`);
    expect(await sweep()).toBe(1);
  });

  it('stay when a hold comes to others: it releases nothing', async () => {
    await hold();
    await sweep();
    const before = await shelf();
    await hold();
    await sweep();
    expect((await shelf()).turn).toBe(before.turn);
  });

  it('change places for a release that a later hold follows', async () => {
    const { id } = await hold();
    const first = await sweep();
    await releaseBrakes(rig.redis, rig.workspace, [id]);
    await hold();
    expect(await sweep()).toBe(first + 1);
  });
});
