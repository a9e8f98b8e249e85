import { workspaceKeys } from '@cio-fleet/contracts';
import { startRedis, waitFor } from '@cio-fleet/testkit';
import type { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { ACCEPTED_AT, erasure, event, fresh, ids, operationId } from './fixtures/operations.ts';
import { Rig } from './fixtures/rig.ts';
import { createTestCourier, DELIVERED, THROTTLED, TRANSIENT } from './fixtures/test-courier.ts';

let rig: Rig;
beforeEach(() => {
  rig = new Rig(inject('redisUrl'), 'fleet');
});
afterEach(() => rig.close());

const arrived = (courier: { requests: string[][] }) => courier.requests.flat();

async function failedSets(): Promise<number> {
  const sizes = [rig.lane(), rig.fallback].map(({ keyPrefix }) => rig.redis.zcard(`${keyPrefix}failed`));
  return (await Promise.all(sizes)).reduce((a, b) => a + b);
}

describe('a lane', () => {
  it('is delivered in order, the head and its followers in one request', async () => {
    for (let n = 1; n <= 50; n += 1) await rig.accept([fresh('ada', n)]);
    const courier = createTestCourier();
    await rig.startFleet({ courier });
    expect(await rig.settledAll()).toMatchObject({ accepted: 50, delivered: 50 });
    expect(arrived(courier)).toEqual(Array.from({ length: 50 }, (_, n) => operationId(n + 1)));
    expect(courier.requests.length).toBeLessThan(5);
  });

  it('completes a head that starts settled without sending it', async () => {
    const id = await rig.accept([fresh('ada', 1)]);
    await rig.redis.hset(rig.lane().keyPrefix + id, 'progress', '{"state":"settled","attempts":1}', 'cio:s', '1');
    const courier = createTestCourier();
    await rig.startFleet({ courier });
    await waitFor(async () => (await rig.queue(rig.lane()).getJobState(id)) === 'completed');
    expect(courier.requests).toEqual([]);
  });

  it('has an empty failed set when a port throws, and delivers once it no longer does', async () => {
    let calls = 0;
    const courier = createTestCourier(() => {
      calls += 1;
      if (calls === 1) throw new Error('a mistake of ours');
      return DELIVERED;
    });
    await rig.accept([fresh('ada', 1)]);
    await rig.accept([fresh('ada', 2)]);
    const fleet = await rig.startFleet({ courier });
    expect(await rig.settledAll()).toMatchObject({ delivered: 2 });
    expect(await failedSets()).toBe(0);
    expect(fleet.errors.map(({ message }) => message)).toEqual(['a mistake of ours']);
  });

  it('sends a head that has stalled alone, without followers', async () => {
    const id = await rig.accept([fresh('ada', 1), fresh('bob', 2)]);
    await rig.accept([fresh('ada', 3)]);
    await rig.redis.hset(rig.lane().keyPrefix + id, 'stc', '1');
    const courier = createTestCourier();
    await rig.startFleet({ courier });
    await rig.settledAll();
    expect(courier.requests).toEqual([ids(1, 2), ids(3)]);
  });

  it('sends a head that has stalled twice in halves', async () => {
    const id = await rig.accept([1, 2, 3, 4].map((n) => fresh(`p${n}`, n)));
    await rig.redis.hset(rig.lane().keyPrefix + id, 'stc', '2');
    const courier = createTestCourier();
    await rig.startFleet({ courier });
    await rig.settledAll();
    expect(courier.requests).toEqual([ids(1, 2), ids(3, 4)]);
  });

  it('waits when it is throttled, uses no attempt, and lets nothing overtake', async () => {
    let calls = 0;
    const courier = createTestCourier(() => {
      calls += 1;
      return calls <= 5 ? THROTTLED : DELIVERED;
    });
    await rig.accept([fresh('ada', 1)]);
    await rig.accept([fresh('bob', 2)]);
    const fleet = await rig.startFleet({ courier });
    await rig.settledAll();
    expect(courier.requests.at(-1)?.[0]).toBe(operationId(1));
    expect(fleet.settled.map(({ attempts }) => attempts)).toEqual(fleet.settled.map(() => 1));
    expect(await rig.held()).toEqual({});
  });

  it('shows attempts and the last error in the progress of its head', async () => {
    const id = await rig.accept([fresh('ada', 1)]);
    await rig.startFleet({ courier: createTestCourier(() => TRANSIENT), policy: { retries: 1000, retryBaseMs: 20 } });
    const progress = await waitFor(async () => {
      const job = await rig.queue(rig.lane()).getJob(id);
      return (job?.progress as { attempts?: number } | undefined)?.attempts ? job?.progress : undefined;
    });
    expect(progress).toMatchObject({ lastError: { code: 'HTTP_503', message: 'unavailable' } });
  });

  it('moves to fallback when its retries are spent, and arrives from there in order', async () => {
    let isDown = true;
    const courier = createTestCourier((_, { purpose }) => (isDown && purpose === 'lane' ? TRANSIENT : DELIVERED));
    await rig.accept([fresh('ada', 1), fresh('bob', 2)]);
    const fleet = await rig.startFleet({ courier, policy: { retries: 2 } });
    expect(await rig.settledAll()).toMatchObject({ delivered: 2 });
    isDown = false;
    expect(courier.requests).toEqual(Array(4).fill(ids(1, 2)));
    expect(fleet.settled.map(({ queue }) => queue.role)).toEqual(['lane', 'fallback']);
    expect(await rig.held()).toEqual({});
  });

  it('forgets what it delivered once another consumer had it, although it never lost a head', async () => {
    const remembered: boolean[] = [];
    const courier = createTestCourier((_, { memory }) => {
      remembered.push(memory?.get('id:ada') !== undefined);
      memory?.remember('id:ada', { operationId: operationId(1), fingerprint: 'a' });
      return DELIVERED;
    });
    await rig.startFleet({ courier });
    const deliver = async (number: number) => {
      await rig.accept([fresh('ada', number)]);
      await rig.settledAll();
    };
    await deliver(1);
    await deliver(2);
    await rig.redis.hset(workspaceKeys(rig.workspace).consumers, rig.lane().name, 'another');
    await deliver(3);
    expect(remembered).toEqual([false, true, false]);
  });

  it('goes on after a job whose data is no JSON, which ends as a dead letter with its text', async () => {
    const id = await rig.accept([fresh('ada', 1)]);
    await rig.accept([fresh('ada', 2)]);
    const torn = '{"v":1,"operations":["';
    const job = rig.lane().keyPrefix + id;
    const bytes = `${rig.lane().name}:bytes`;
    const { waiting } = workspaceKeys(rig.workspace);
    // As if it had been counted like that.
    await rig.redis.hincrby(waiting, bytes, torn.length - (await rig.redis.hstrlen(job, 'data')));
    await rig.redis.hset(job, 'data', torn);
    const courier = createTestCourier();
    await rig.startFleet({ courier, lockMs: 500, stalledCheckMs: 150 });
    expect(await rig.settledAll()).toMatchObject({ accepted: 2, delivered: 1, 'dead-lettered': 1 });
    expect(arrived(courier)).toEqual(ids(2));
    const dead = await rig.queue(rig.deadLetter).getJob(`${id}-unreadable`);
    expect(dead?.data).toMatchObject({
      reason: { code: 'UNREADABLE' },
      unreadable: expect.stringContaining('operations'),
    });
    expect(await rig.redis.hget(waiting, bytes)).toBe('0');
    expect(await failedSets()).toBe(0);
  });

  it('goes on after a job that is not ours, which ends as a dead letter', async () => {
    await rig.queue(rig.lane()).add('hello', { hello: 'world' }, { jobId: 'stranger' });
    await rig.accept([fresh('ada', 1)]);
    await rig.startFleet({ courier: createTestCourier() });
    expect(await rig.settledAll()).toMatchObject({ accepted: 2, delivered: 1, 'dead-lettered': 1 });
  });

  it('waits with a head that a newer version wrote', async () => {
    const id = await rig.accept([fresh('ada', 1)]);
    await rig.redis.hset(rig.lane().keyPrefix + id, 'data', '{"v":99}');
    const courier = createTestCourier();
    await rig.startFleet({ courier });
    const progress = await waitFor(() => rig.redis.hget(rig.lane().keyPrefix + id, 'progress'));
    expect(JSON.parse(progress)).toMatchObject({ lastError: { code: 'JOB_VERSION_NEWER' } });
    expect(courier.requests).toEqual([]);
  });

  it('keeps its order through pause and resume', async () => {
    const lane = rig.queue(rig.lane());
    const courier = createTestCourier();
    await rig.startFleet({ courier });
    for (let round = 0; round < 3; round += 1) {
      await lane.pause();
      for (let n = 1; n <= 5; n += 1) await rig.accept([fresh('ada', round * 5 + n)]);
      await lane.resume();
    }
    await rig.settledAll();
    expect(arrived(courier)).toEqual([...arrived(courier)].sort());
    expect(new Set(arrived(courier)).size).toBe(15);
  });

  it('gets its fence back when an operator removes it', async () => {
    await rig.startFleet({ courier: createTestCourier() });
    const meta = `${rig.lane().keyPrefix}meta`;
    expect(await rig.redis.hget(meta, 'concurrency')).toBe('1');
    await rig.queue(rig.lane()).removeGlobalConcurrency();
    expect(await rig.redis.hget(meta, 'concurrency')).toBeNull();
    await waitFor(async () => (await rig.redis.hget(meta, 'concurrency')) === '1', { description: 'the fence' });
  });

  it('sends nothing once its lock is gone, and is taken over', async () => {
    const inner = createTestCourier();
    let isStolen = false;
    const courier = {
      async deliver(request: Parameters<typeof inner.deliver>[0]) {
        if (!isStolen) {
          isStolen = true;
          // What a freeze longer than the lock leaves: somebody else's lock, or none.
          const { keyPrefix } = rig.lane();
          const head = await rig.redis.lindex(`${keyPrefix}active`, 0);
          await rig.redis.set(`${keyPrefix}${head}:lock`, 'a rival', 'PX', 400);
          const result = await inner.deliver(request);
          expect(result.interruption).toEqual({ kind: 'stale' });
          expect(inner.requests).toEqual([]);
          return result;
        }
        return inner.deliver(request);
      },
    };
    await rig.accept([fresh('ada', 1)]);
    await rig.startFleet({ courier });
    expect(await rig.settledAll()).toMatchObject({ delivered: 1 });
    expect(arrived(inner)).toEqual(ids(1));
    expect(await failedSets()).toBe(0);
  });

  it('is delivered once more, not lost, when Redis comes back as it was before the finish', async () => {
    let before: ReadonlyMap<string, Buffer> | undefined;
    const courier = createTestCourier(async () => {
      before ??= await rig.snapshot();
      return DELIVERED;
    });
    await rig.accept([fresh('ada', 1)]);
    await rig.startFleet({ courier });
    await rig.settledAll();
    // The lock of the finished start is gone for good: a Redis that comes back older can't revive it.
    await rig.putBack(before ?? new Map(), /:(lock|stalled-check|limiter)$/);
    expect(await rig.ledger()).toMatchObject({ waiting: 1, delivered: 0 });
    expect(await rig.settledAll()).toMatchObject({ waiting: 0, delivered: 1 });
    expect(arrived(courier)).toEqual(ids(1, 1));
  });
});

describe('erasure', () => {
  it('settles what was accepted before a delete as erased, and sends the delete', async () => {
    await rig.accept([fresh('ada', 1), fresh('bob', 2)]);
    await rig.accept([{ ...erasure('ada', 3), at: Date.now() }]);
    const courier = createTestCourier();
    await rig.startFleet({ courier });
    expect(await rig.settledAll()).toMatchObject({ delivered: 2, erased: 1 });
    expect(arrived(courier)).toEqual(ids(2, 3));
  });

  it('that is accepted between begin and send is seen right before the send', async () => {
    const seen: string[] = [];
    const inner = createTestCourier();
    const courier = {
      async deliver(request: Parameters<typeof inner.deliver>[0]) {
        if (seen.length === 0) {
          seen.push('begun');
          await rig.accept([{ ...erasure('ada', 9), at: Date.now() }]);
        }
        return inner.deliver(request);
      },
    };
    await rig.accept([fresh('ada', 1), fresh('bob', 2)]);
    await rig.startFleet({ courier });
    expect(await rig.settledAll()).toMatchObject({ erased: 1, delivered: 2 });
    expect(arrived(inner)).not.toContain(operationId(1));
  });
});

describe('an overflowing lane', () => {
  it.each([
    { what: 'throttled', answer: { ...THROTTLED, retryAfterMs: 60_000 } },
    { what: 'refused for its credentials', answer: { kind: 'setup', error: { code: 'HTTP_401', message: 'no' } } },
  ] as const)('spills to fallback when it is $what, without asking again for each head', async ({ answer }) => {
    const courier = createTestCourier(() => answer);
    const policy = { laneMaxBytes: 0, maxBatchOperations: 2, setupBaseMs: 60_000, setupCapMs: 60_000 };
    for (let n = 1; n <= 20; n += 1) await rig.accept([fresh(`p${n}`, n)]);
    await rig.startFleet({ courier, policy: { ...policy, fallbackBaseMs: 60_000 } });
    await waitFor(async () => Object.keys(await rig.held()).length >= 18, { description: 'the lane to spill' });
    expect(courier.requests.filter((request) => request[0] !== operationId(1)).length).toBeLessThanOrEqual(1);
  });
});

describe('workers', () => {
  it('share the lanes, and take over those of one that stops, without a repeat', async () => {
    rig = new Rig(inject('redisUrl'), 'share', 8);
    const courier = createTestCourier();
    const one = await rig.startFleet({ courier, workerId: 'one' });
    expect(one.lanes()).toHaveLength(8);
    const two = await rig.startFleet({ courier, workerId: 'two' });
    await waitFor(() => one.lanes().length === 4 && two.lanes().length === 4, { description: 'lanes to be shared' });
    expect([...one.lanes(), ...two.lanes()].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    await two.stop();
    await waitFor(() => one.lanes().length === 8, { description: 'the lanes to come back' });
    for (let lane = 0; lane < 8; lane += 1) await rig.accept([fresh(`p${lane}`, lane)], lane);
    expect(await rig.settledAll()).toMatchObject({ delivered: 8 });
    expect(arrived(courier)).toHaveLength(8);
  });

  it('that stop wait also for the heads of lanes that they have just handed over', async () => {
    rig = new Rig(inject('redisUrl'), 'over', 8);
    const gates = Array.from({ length: 8 }, () => Promise.withResolvers<void>());
    const courier = createTestCourier(async (operations) => {
      await gates[Number(operations[0]?.id.slice(-1))]?.promise;
      return DELIVERED;
    });
    const one = await rig.startFleet({ courier, workerId: 'one' });
    for (let lane = 0; lane < 8; lane += 1) await rig.accept([fresh(`p${lane}`, lane)], lane);
    await waitFor(() => courier.requests.length === 8, { description: 'all lanes to be in work' });
    await rig.startFleet({ courier, workerId: 'two' });
    await waitFor(() => one.lanes().length === 4, { description: 'lanes to be handed over' });
    for (const lane of one.lanes()) gates[lane]?.resolve();
    let areHandedOverDone = false;
    setTimeout(() => {
      areHandedOverDone = true;
      for (const { resolve } of gates) resolve();
    }, 300);
    await one.stop();
    expect(areHandedOverDone).toBe(true);
    expect(await rig.settledAll()).toMatchObject({ delivered: 8 });
    expect(arrived(courier)).toHaveLength(8);
  });

  it('wake a fallback that another one has put to sleep', async () => {
    const limiter = `${rig.fallback.keyPrefix}limiter`;
    await rig.redis.set(limiter, '1', 'PX', 600_000);
    await rig.startFleet({ courier: createTestCourier() });
    await waitFor(async () => (await rig.redis.exists(limiter)) === 0, { description: 'fallback to wake' });
  });

  it('adopt the number of lanes that the first process fixed', async () => {
    await rig.redis.set(`{cio:${rig.workspace}}:lanes`, 3);
    const fleet = await rig.startFleet({ courier: createTestCourier() });
    expect([...fleet.lanes()].sort()).toEqual([0, 1, 2]);
  });

  it.each<{ what: string; code: string; refuse: (redis: Redis) => unknown; allow: (redis: Redis) => unknown }>([
    {
      what: 'is out of memory',
      code: 'OOM',
      refuse: (redis) => redis.config('SET', 'maxmemory', '1'),
      allow: (redis) => redis.config('SET', 'maxmemory', '0'),
    },
    {
      what: 'takes a right away',
      code: 'NOPERM',
      refuse: (redis) => redis.call('ACL', 'SETUSER', 'default', '-bzpopmin'),
      allow: (redis) => redis.call('ACL', 'SETUSER', 'default', '+bzpopmin'),
    },
  ])('rest for a second when Redis $what instead of spinning', async ({ code, refuse, allow }) => {
    const server = await startRedis({ appendFsync: 'no' });
    rig = new Rig(server.url, 'full');
    try {
      const courier = createTestCourier();
      const fleet = await rig.startFleet({ courier });
      await rig.accept([event('ada', 1, { at: ACCEPTED_AT })]).catch(() => undefined);
      await rig.settledAll();
      await refuse(rig.redis);
      await waitFor(() => fleet.errors.filter(({ message }) => message.includes(code)).length >= 4, {
        timeoutMs: 8000,
      });
      const seen = fleet.errors.length;
      const since = performance.now();
      await waitFor(() => performance.now() - since > 1500);
      expect(fleet.errors.length - seen).toBeLessThan(20);
      await allow(rig.redis);
      await rig.accept([fresh('ada', 2)]);
      await rig.settledAll();
      expect(arrived(courier)).toContain(operationId(2));
    } finally {
      await rig.close();
      await server.stop();
    }
  });
});
