import { randomUUID } from 'node:crypto';
import { idempotencyClaimKey, ULID_TIME_LENGTH, ulidTime } from '@cio-fleet/contracts';
import { startRedis } from '@cio-fleet/testkit';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { NO_PROGRESS } from '../src/head-progress.ts';
import type { Claim, Finish, LaneStore, Lease } from '../src/lane-store.ts';
import type { QueueAddress } from '../src/queue-address.ts';
import { createRedisLaneStore } from '../src/redis-lane-store.ts';
import { movedPushes, settledProgress } from '../src/settle.ts';
import { ACCEPTED_AT, erasure, event, operationId } from './fixtures/operations.ts';
import { Rig } from './fixtures/rig.ts';

let rig: Rig;
beforeEach(() => {
  rig = new Rig(inject('redisUrl'), 'scripts');
});
afterEach(() => rig.close());

function storeOf(queue: QueueAddress, on = rig): LaneStore {
  return createRedisLaneStore({ redis: on.redis, queue, lockMs: 30_000 });
}

function finishOf(more: Partial<Finish> = {}): Finish {
  return {
    headOperations: 1,
    followers: [],
    pushes: [],
    held: new Map(),
    ledger: new Map([['delivered', 1]]),
    deadLetterReasons: new Map(),
    progress: settledProgress(NO_PROGRESS),
    ...more,
  };
}

/** A head of the lane in work, and its run's begin. */
async function begun(followers = 0): Promise<{ store: LaneStore; lease: Lease; nonce: string; ids: string[] }> {
  await rig.accept([event('ada', 1)]);
  const ids: string[] = [];
  for (let n = 0; n < followers; n += 1) ids.push(await rig.accept([event('ada', 2 + n)]));
  const head = await rig.take(rig.lane());
  const store = storeOf(rig.lane());
  const nonce = randomUUID();
  const lease = { jobId: head.id ?? '', token: 'token', nonce };
  await store.begin(lease, nonce, ['id:ada']);
  return { store, lease, nonce, ids };
}

const counted = (ids: readonly string[]) => ids.map((id) => ({ id, operations: 1 }));

describe('finish', () => {
  it('leaves the last 100 followers in completed and deletes the others', async () => {
    const { store, lease, nonce, ids } = await begun(150);
    const ledger = new Map([['delivered', 151]] as const);
    expect(await store.finish(lease, finishOf({ nonce, followers: counted(ids), ledger }))).toBe('ok');
    const { keyPrefix } = rig.lane();
    expect(await rig.redis.zrange(`${keyPrefix}completed`, '0', '-1')).toEqual(ids.slice(50).sort());
    expect(await rig.redis.exists(...ids.slice(0, 50).map((id) => keyPrefix + id))).toBe(0);
    expect(await rig.redis.llen(`${keyPrefix}wait`)).toBe(0);
    expect(await rig.ledger()).toMatchObject({ accepted: 151, delivered: 151, waiting: 0 });
    const follower = await rig.queue(rig.lane()).getJob(ids[149] ?? '');
    expect(await follower?.getState()).toBe('completed');
    expect(follower?.returnvalue).toBe(`with ${lease.jobId}`);
  });

  it('whose reply got lost, sent again, settles nothing twice', async () => {
    const { store, lease, nonce } = await begun();
    const pushes = movedPushes(rig.fallback, [event('ada', 1)]);
    const finish = finishOf({ nonce, pushes, held: new Map([['id:ada', 1]]), ledger: new Map() });
    expect([await store.finish(lease, finish), await store.finish(lease, finish)]).toEqual(['ok', 'done']);
    expect(await rig.held()).toEqual({ 'id:ada': '1' });
    expect(await rig.redis.llen(`${rig.fallback.keyPrefix}wait`)).toBe(1);
    expect(await rig.ledger()).toMatchObject({ accepted: 1, waiting: 1 });
  });

  it.each<{ what: string; disturb: (ids: string[]) => Promise<unknown> }>([
    { what: 'a follower is gone', disturb: (ids) => rig.redis.lrem(`${rig.lane().keyPrefix}wait`, 1, ids[1] ?? '') },
    { what: 'followers changed places', disturb: () => rig.redis.lmove(waitKey(), waitKey(), 'RIGHT', 'LEFT') },
    { what: 'all followers are gone', disturb: () => rig.redis.del(waitKey()) },
  ])('writes nothing when $what', async ({ disturb }) => {
    const { store, lease, nonce, ids } = await begun(3);
    await disturb(ids);
    const before = await rig.contents();
    expect(await store.finish(lease, finishOf({ nonce, followers: counted(ids) }))).toBe('changed');
    expect(await rig.contents()).toEqual(before);
  });

  it('settles when new jobs came behind the followers', async () => {
    const { store, lease, nonce, ids } = await begun(3);
    const late = await rig.accept([event('bob', 9)]);
    expect(await store.finish(lease, finishOf({ nonce, followers: counted(ids) }))).toBe('ok');
    expect(await rig.redis.lrange(waitKey(), 0, -1)).toEqual([late]);
  });

  it('renews the lock, so that the head can go back while it is ours', async () => {
    const { store, lease, nonce } = await begun();
    const lock = `${rig.lane().keyPrefix}${lease.jobId}:lock`;
    await rig.redis.pexpire(lock, 5000);
    await store.finish(lease, finishOf({ nonce }));
    expect(await rig.redis.pttl(lock)).toBeGreaterThan(20_000);
  });

  it('lowers holds to nothing and never below', async () => {
    const { store, lease, nonce } = await begun();
    await rig.redis.hset(`{cio:${rig.workspace}}:held`, 'id:ada', 2, 'id:bob', 3);
    const held = new Map([
      ['id:ada', -2],
      ['id:bob', -1],
      ['id:cid', -1],
    ]);
    await store.finish(lease, finishOf({ nonce, held }));
    expect(await rig.held()).toEqual({ 'id:bob': '2' });
  });

  it('does not push a job whose id is there already', async () => {
    const { store, lease, nonce } = await begun();
    const [push] = movedPushes(rig.deadLetter, [event('ada', 1)]);
    if (push === undefined) throw new Error('There is one push.');
    await store.finish(lease, finishOf({ nonce, pushes: [push, push] }));
    expect(await rig.redis.lrange(`${rig.deadLetter.keyPrefix}wait`, 0, -1)).toEqual([push.id]);
  });

  it('counts a job that was not enqueued by us as accepted, so that the ledger balances', async () => {
    await rig.queue(rig.lane()).add('track', { v: 1, operations: [event('ada', 1)] }, { jobId: 'by-hand' });
    await rig.take(rig.lane());
    const lease = { jobId: 'by-hand', token: 'token' };
    expect(await storeOf(rig.lane()).finish(lease, finishOf())).toBe('ok');
    expect(await rig.ledger()).toMatchObject({ accepted: 1, delivered: 1, waiting: 0 });
  });

  it('drops large data of settled jobs, head and followers, and keeps small data for whoever looks', async () => {
    const large = Array.from({ length: 50 }, (_, n) => event('ada', n));
    await rig.accept(large);
    const largeFollower = await rig.accept(large.map((_, n) => event('ada', 50 + n)));
    const smallFollower = await rig.accept([event('ada', 100)]);
    const head = await rig.take(rig.lane());
    const lease = { jobId: head.id ?? '', token: 'token' };
    const followers = [
      { id: largeFollower, operations: 50 },
      { id: smallFollower, operations: 1 },
    ];
    const ledger = new Map([['delivered', 101]] as const);
    expect(await storeOf(rig.lane()).finish(lease, finishOf({ headOperations: 50, followers, ledger }))).toBe('ok');
    const dataOf = (id: string) => rig.redis.hget(rig.lane().keyPrefix + id, 'data');
    expect(await dataOf(lease.jobId)).toBe('{"settled":50}');
    expect(await dataOf(largeFollower)).toBe('{"settled":50}');
    expect(await dataOf(smallFollower)).toContain('"operations"');
    expect(await rig.ledger()).toMatchObject({ delivered: 101, waiting: 0 });
  });
});

function waitKey(): string {
  return `${rig.lane().keyPrefix}wait`;
}

describe('without the lock', () => {
  it.each<{ what: string; call: (store: LaneStore, lease: Lease) => Promise<unknown> }>([
    { what: 'begin', call: (store, lease) => store.begin(lease, 'another', ['id:ada']) },
    { what: 'guard', call: (store, lease) => store.guard(lease) },
    { what: 'note', call: (store, lease) => store.note(lease, { ...NO_PROGRESS, attempts: 9 }) },
    { what: 'finish', call: (store, lease) => store.finish(lease, finishOf({ nonce: lease.nonce ?? '' })) },
  ])('$what answers stale and writes nothing', async ({ call }) => {
    const { store, lease } = await begun();
    await rig.redis.set(`${rig.lane().keyPrefix}${lease.jobId}:lock`, 'a later start');
    const before = await rig.contents();
    expect(await call(store, lease)).toBe('stale');
    expect(await rig.contents()).toEqual(before);
  });
});

describe('a Redis that lost the begin of a run', () => {
  it.each<{ what: string; reply: string; call: (store: LaneStore, lease: Lease) => Promise<unknown> }>([
    { what: 'guard', reply: 'stale', call: (store, lease) => store.guard(lease) },
    { what: 'note', reply: 'stale', call: (store, lease) => store.note(lease, { ...NO_PROGRESS, attempts: 9 }) },
    {
      what: 'finish',
      reply: 'changed',
      call: (store, lease) => store.finish(lease, finishOf({ nonce: lease.nonce ?? '' })),
    },
  ])('is told by $what, which writes nothing', async ({ call, reply }) => {
    const { store, lease } = await begun();
    await rig.redis.hset(rig.lane().keyPrefix + lease.jobId, 'cio:b', 'an earlier begin');
    const before = await rig.contents();
    expect(await call(store, lease)).toBe(reply);
    expect(await rig.contents()).toEqual(before);
  });
});

describe('begin', () => {
  it('that is sent again after its reply got lost is stale', async () => {
    const { store, lease, nonce } = await begun();
    expect(await store.begin(lease, nonce, ['id:ada'])).toBe('stale');
    expect(await store.begin(lease, 'another', ['id:ada'])).toMatchObject({ held: new Set() });
  });

  it('reads holds, erasures and how much waits', async () => {
    const { store, lease } = await begun(2);
    await rig.redis.hset(`{cio:${rig.workspace}}:held`, 'id:bob', 2);
    await rig.accept([erasure('cid', 7)]);
    const begin = await store.begin(lease, 'another', ['id:ada', 'id:bob', 'id:cid']);
    expect(begin).toMatchObject({
      held: new Set(['id:bob']),
      erasures: new Map([['id:cid', operationId(7)]]),
      erasuresVersion: operationId(7),
    });
    expect((begin as { waitingBytes: number }).waitingBytes).toBeGreaterThan(400);
  });

  it('tells a consumer whether another one had the queue since its last begin', async () => {
    const { store, lease } = await begun();
    const rival = storeOf(rig.lane());
    const isNew: unknown[] = [];
    for (const [n, consumer] of [store, rival, rival, store, store].entries()) {
      const begin = await consumer.begin(lease, `begin-${n}`, ['id:ada']);
      isNew.push(begin === 'stale' ? begin : begin.isNewConsumer);
    }
    expect(isNew).toEqual([false, true, false, true, false]);
  });

  describe('finds the owner of an idempotency key', () => {
    const MINUTE = 60_000;
    const idAt = (atMs: number) => ulidTime(atMs) + '0'.repeat(26 - ULID_TIME_LENGTH);
    const claimAt = (atMs: number): Claim => ({
      ...{ operationId: idAt(atMs), atMs, laneKey: 'id:ada', idempotencyKey: 'welcome', windowMs: 5 * MINUTE },
    });

    /** Whether each is a repeat, begun in this order. */
    async function repeats(...minutes: readonly number[]): Promise<readonly boolean[]> {
      const { store, lease } = await begun();
      const found: boolean[] = [];
      for (const [n, minute] of minutes.entries()) {
        const claim = claimAt(ACCEPTED_AT + minute * MINUTE);
        const begin = await store.begin(lease, `begin-${n}`, ['id:ada'], [claim]);
        if (begin === 'stale') throw new Error('expected the head to be ours');
        found.push(begin.owners?.get(claim.operationId) !== claim.operationId);
      }
      return found;
    }

    it('by the times of acceptance, however late they are begun', async () => {
      expect(await repeats(0, 1, 5, 6)).toEqual([false, true, true, false]);
    });

    it('and the first one after the window is the owner from then on', async () => {
      expect(await repeats(0, 6, 7, 11, 12)).toEqual([false, false, true, true, false]);
    });

    it('and an old one that is begun again is no repeat of a later one', async () => {
      expect(await repeats(0, 20, 0, 21)).toEqual([false, false, false, true]);
    });

    it('for longer than the window, since a lane may be late', async () => {
      await repeats(0);
      const key = idempotencyClaimKey(rig.workspace, 'id:ada', 'welcome');
      expect(await rig.redis.pttl(key)).toBeGreaterThan(9 * MINUTE);
      expect(await rig.redis.pttl(key)).toBeLessThanOrEqual(10 * MINUTE);
    });
  });
});

describe('guard', () => {
  it('is stale when Redis is silent, for whoever asks holds up the circuit', async () => {
    const redis = await startRedis();
    const other = new Rig(redis.url, 'silent');
    try {
      await other.accept([event('ada', 1)]);
      const head = await other.take(other.lane());
      const store = createRedisLaneStore({ redis: other.redis, queue: other.lane(), lockMs: 900 });
      process.kill(redis.pid, 'SIGSTOP');
      const askedAtMs = performance.now();
      expect(await store.guard({ jobId: head.id ?? '', token: 'token' })).toBe('stale');
      expect(performance.now() - askedAtMs).toBeGreaterThan(250);
    } finally {
      process.kill(redis.pid, 'SIGCONT');
      await other.close();
      await redis.stop();
    }
  });

  it('refuses to send when two jobs are active', async () => {
    const { store, lease } = await begun();
    const goodUntilMs = expect.any(Number);
    expect(await store.guard(lease)).toEqual({ erasuresVersion: '0', brakesVersion: '0', goodUntilMs });
    await rig.accept([event('ada', 2)]);
    await rig.take(rig.lane(), 'rival');
    expect(await store.guard(lease)).toBe('stale');
  });
});

describe('note', () => {
  it('never writes over a settled head', async () => {
    const { store, lease, nonce } = await begun();
    await store.finish(lease, finishOf({ nonce }));
    expect(await store.note(lease, { ...NO_PROGRESS, attempts: 1 })).toBe('stale');
    const progress = await rig.redis.hget(rig.lane().keyPrefix + lease.jobId, 'progress');
    expect(JSON.parse(progress ?? '')).toMatchObject({ state: 'settled' });
  });
});

describe('peek', () => {
  it('reads followers oldest first, as many as fit jobs and, with the head, bytes', async () => {
    const { store, lease, ids } = await begun(5);
    const peeked = async (jobs: number, bytes: number) =>
      (await store.peek(lease.jobId, { jobs, bytes })).followers.map(({ id }) => id);
    expect(await peeked(100, 1_000_000)).toEqual(ids);
    expect(await peeked(2, 1_000_000)).toEqual(ids.slice(0, 2));
    expect(await peeked(100, 600)).toEqual(ids.slice(0, 2));
    expect(await peeked(0, 1_000_000)).toEqual([]);
  });
});

describe('a Redis that is out of memory', () => {
  it('still settles a batch: finish begins with a write that needs none', async () => {
    const server = await startRedis({ appendFsync: 'no' });
    rig = new Rig(server.url, 'oom');
    try {
      const { store, lease, nonce, ids } = await begun(3);
      const pushes = movedPushes(rig.fallback, [event('ada', 1)]);
      await rig.redis.config('SET', 'maxmemory', '1');
      await expect(rig.redis.set('x', 'y')).rejects.toThrow(/OOM/);
      const finish = finishOf({ nonce, pushes, followers: counted(ids), held: new Map([['id:ada', 1]]) });
      expect(await store.finish(lease, finish)).toBe('ok');
      expect(await rig.held()).toEqual({ 'id:ada': '1' });
    } finally {
      await rig.close();
      await server.stop();
    }
  });
});
