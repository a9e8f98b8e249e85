import { laneKeyOf, type QueuedOperation } from '@cio-fleet/contracts';
import { createBreaker } from '@cio-fleet/delivery';
import { startRedis, waitFor } from '@cio-fleet/testkit';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { countWaiting } from '../src/brakes/count-waiting.ts';
import { MAX_BRAKES, releaseBrakes, setBrake } from '../src/brakes/set-brake.ts';
import { setCircuitOverride } from '../src/membership.ts';
import { readFleetState } from '../src/state/fleet-state.ts';
import { erasure, fresh, ids, operationId } from './fixtures/operations.ts';
import { Rig } from './fixtures/rig.ts';
import { createTestCourier, DELIVERED, rejected } from './fixtures/test-courier.ts';

let rig: Rig;
beforeEach(() => {
  rig = new Rig(inject('redisUrl'), 'brakes');
});
afterEach(() => rig.close());

/** An event of a campaign that went wrong. */
function bad(person: string, number: number): QueuedOperation {
  const { op, ...rest } = fresh(person, number);
  return { ...rest, op: { ...op, name: 'bad' } as QueuedOperation['op'] };
}

const isBad = ({ op }: QueuedOperation) => 'name' in op && op.name === 'bad';
const hold = (filter: Parameters<typeof setBrake>[2]['filter']) => order('hold', filter);
const discard = (filter: Parameters<typeof setBrake>[2]['filter']) => order('discard', filter);
function order(kind: 'hold' | 'discard', filter: Parameters<typeof setBrake>[2]['filter']) {
  return setBrake(rig.redis, rig.workspace, { kind, filter, by: 'test' });
}
const release = (...ids: string[]) => releaseBrakes(rig.redis, rig.workspace, ids);
const state = () => readFleetState(rig.redis, rig.workspace);
const parked = async () => (await state()).parked.operations;
const parkedBecomes = (count: number) =>
  waitFor(async () => (await parked()) === count, { timeoutMs: 10_000, description: `${count} parked operations` });
const arrived = (courier: { requests: string[][] }) => courier.requests.flat();

/** Operators can hold every circuit as well; that is an outage that ends when the test says so. */
const circuit = (to: 'open' | 'closed') => setCircuitOverride(rig.redis, rig.workspace, to);

describe('a hold', () => {
  it('stops what it means from the moment on that it is set, in the middle of a stream', async () => {
    const requests: { readonly braked: boolean; readonly operations: readonly QueuedOperation[] }[] = [];
    let isSet = false;
    const courier = createTestCourier((operations) => {
      requests.push({ braked: isSet, operations });
      return DELIVERED;
    });
    await rig.startFleet({ courier, policy: { maxBatchOperations: 5 } });
    let number = 0;
    const stream = async (count: number) => {
      for (let n = 0; n < count; n += 1) {
        number += 1;
        const person = `p${number % 7}`;
        await rig.accept([number % 3 === 0 ? bad(person, number) : fresh(person, number)]);
      }
    };
    const [{ id }] = await Promise.all([
      stream(60).then(async () => {
        const brake = await hold({ name: 'bad' });
        isSet = true;
        return brake;
      }),
    ]);
    await stream(60);
    await waitFor(async () => (await rig.ledger()).waiting === (await parked()), {
      description: 'the rest to be sent',
    });
    expect(requests.filter(({ braked, operations }) => braked && operations.some(isBad))).toEqual([]);
    expect(await parked()).toBeGreaterThan(20);
    expect(requests.some(({ operations }) => operations.some(isBad))).toBe(true);

    expect(await release(id)).toBe(1);
    expect(await rig.settledAll()).toMatchObject({ accepted: 120, delivered: 120 });
    for (let person = 0; person < 7; person += 1) {
      const own = arrived(courier).filter((arrivedId) => Number(arrivedId.slice(3)) % 7 === person);
      expect(own).toEqual([...own].sort());
    }
  });

  it('of one operation lets later ones of its person follow, and everybody else go on', async () => {
    await hold({ name: 'bad' });
    const courier = createTestCourier();
    await rig.startFleet({ courier });
    await rig.accept([fresh('ada', 1), bad('ada', 2), fresh('ada', 3), fresh('bob', 4)]);
    await rig.accept([fresh('ada', 5), fresh('bob', 6)]);
    await parkedBecomes(3);
    expect(arrived(courier)).toEqual(ids(1, 4, 6));
    const { brakes, parked: shelf, ledger, residue } = await state();
    expect(brakes).toMatchObject([{ kind: 'hold', filter: { name: 'bad' }, by: 'test', stopped: 1 }]);
    expect(shelf).toMatchObject({ operations: 3, persons: 1 });
    expect({ waiting: ledger.waiting, residue }).toEqual({ waiting: 3, residue: 0 });
  });

  it('in an outage takes what it means out of fallback, and the order holds through both', async () => {
    await circuit('open');
    const breaker = createBreaker();
    const courier = createTestCourier(() => DELIVERED, breaker);
    await rig.accept([fresh('ada', 1), bad('bob', 2), fresh('cid', 3)]);
    await rig.startFleet({ courier, breaker });
    await waitFor(async () => Object.keys(await rig.held()).length === 3, { description: 'three held persons' });
    const { id } = await hold({ name: 'bad' });
    await rig.accept([bad('ada', 4), fresh('bob', 5), fresh('cid', 6), fresh('dan', 7)]);
    await circuit('closed');
    await parkedBecomes(3);
    await waitFor(async () => arrived(courier).length === 4, { description: 'the others to arrive' });
    expect(arrived(courier).toSorted()).toEqual(ids(1, 3, 6, 7));
    expect(await rig.held()).toEqual({});
    await rig.accept([fresh('bob', 8)]);
    await parkedBecomes(4);

    await circuit('open');
    await waitFor(() => breaker.status.state === 'OPEN');
    await release(id);
    await rig.accept([fresh('ada', 9), fresh('dan', 10)]);
    await waitFor(async () => (await rig.held())['id:dan'] === '1', { description: 'dan to be held' });
    await circuit('closed');
    expect(await rig.settledAll()).toMatchObject({ accepted: 10, delivered: 10 });
    const of = (...numbers: number[]) => arrived(courier).filter((one) => ids(...numbers).includes(one));
    expect([of(1, 4, 9), of(2, 5, 8), of(7, 10)]).toEqual([ids(1, 4, 9), ids(2, 5, 8), ids(7, 10)]);
  });

  it('that is released beside another one sends its own, and keeps what the other one means', async () => {
    const courier = createTestCourier();
    await rig.startFleet({ courier });
    const byName = await hold({ name: 'bad' });
    const byPerson = await hold({ person: 'id:bob' });
    await rig.accept([bad('ada', 1), bad('bob', 2), fresh('ada', 3), fresh('bob', 4), bad('cid', 5)]);
    await parkedBecomes(5);
    await release(byName.id);
    await waitFor(() => arrived(courier).length === 3, { description: 'what was released' });
    await rig.accept([fresh('bob', 6), fresh('ada', 7)]);
    await parkedBecomes(3);
    expect(arrived(courier)).toEqual(ids(1, 3, 5, 7));
    await release(byPerson.id);
    await rig.settledAll();
    expect(arrived(courier).slice(4)).toEqual(ids(2, 4, 6));
  });

  it('does not delay an erasure, which erases what was held of its person', async () => {
    const courier = createTestCourier();
    await rig.startFleet({ courier });
    const { id } = await hold({ person: 'id:ada' });
    await rig.accept([fresh('ada', 1)]);
    await parkedBecomes(1);
    await rig.accept([{ ...erasure('ada', 2), at: Date.now() }, fresh('ada', 3)]);
    await waitFor(() => arrived(courier).length === 1, { description: 'the delete' });
    await parkedBecomes(2);
    await release(id);
    expect(await rig.settledAll()).toMatchObject({ delivered: 2, erased: 1 });
    expect(arrived(courier)).toEqual(ids(2, 3));
  });

  it('stops the clock of what it holds: released, it is sent and not expired', async () => {
    const courier = createTestCourier();
    await rig.startFleet({ courier, policy: { maxAgeMs: 2000 } });
    const { id } = await hold({ name: 'bad' });
    await rig.accept([bad('ada', 1)]);
    await parkedBecomes(1);
    const since = performance.now();
    await waitFor(() => performance.now() - since > 2100);
    await release(id);
    expect(await rig.settledAll()).toMatchObject({ delivered: 1, 'dead-lettered': 0 });
  });

  it('set between begin and send is seen right before the send', async () => {
    const inner = createTestCourier();
    let isFirst = true;
    const courier = {
      async deliver(request: Parameters<typeof inner.deliver>[0]) {
        if (isFirst) await hold({ name: 'bad' });
        isFirst = false;
        return inner.deliver(request);
      },
    };
    await rig.accept([bad('ada', 1), fresh('bob', 2)]);
    await rig.startFleet({ courier });
    await parkedBecomes(1);
    await waitFor(() => arrived(inner).length === 1);
    expect(arrived(inner)).toEqual(ids(2));
  });
});

describe('a discard', () => {
  it('drops what it means from lane, fallback and parked, and nothing else', async () => {
    await circuit('open');
    const breaker = createBreaker();
    const courier = createTestCourier(() => DELIVERED, breaker);
    const held = await hold({ person: 'id:cid' });
    await rig.accept([bad('ada', 1), fresh('ada', 2), bad('cid', 3), fresh('cid', 4)]);
    await rig.startFleet({ courier, breaker });
    await parkedBecomes(2);
    await waitFor(async () => (await rig.held())['id:ada'] === '2', { description: 'ada to be held' });
    await discard({ name: 'bad' });
    await rig.accept([fresh('bob', 6)]);
    await circuit('closed');
    await waitFor(async () => (await rig.ledger()).discarded === 1 + 1, { description: 'both to be discarded' });
    expect(await parked()).toBe(1);
    await release(held.id);
    expect(await rig.settledAll()).toMatchObject({ accepted: 5, delivered: 3, discarded: 2 });
    expect(arrived(courier).toSorted()).toEqual(ids(2, 4, 6));
    expect(await rig.held()).toEqual({});
  });

  it('means only what was accepted before, unless it says until when', async () => {
    const courier = createTestCourier();
    const { filter, at, expiresAt } = await discard({ name: 'bad' });
    expect(filter.until).toBe(at + 1);
    expect(expiresAt).toBe(at + 1 + 96 * 3_600_000);
    await discard({ source: 'crm', until: at + 60_000 });
    await rig.accept([
      { ...bad('ada', 1), at: at - 1000 },
      { ...bad('ada', 2), at: at + 1000 },
      { ...fresh('bob', 3), at: at + 1000, source: 'crm' },
    ]);
    await rig.startFleet({ courier });
    expect(await rig.settledAll()).toMatchObject({ discarded: 2, delivered: 1 });
    expect(arrived(courier)).toEqual(ids(2));
  });

  it('leaves dead letters alone, and what an operator redrives after it', async () => {
    let isFixed = false;
    const courier = createTestCourier(() => (isFixed ? DELIVERED : rejected()));
    await rig.accept([bad('ada', 1)]);
    await rig.startFleet({ courier });
    await rig.settledAll();
    await discard({ name: 'bad' });
    expect(await rig.ledger()).toMatchObject({ 'dead-lettered': 1, discarded: 0 });
    isFixed = true;
    const dead = await waitFor(async () => {
      const job = await rig.queue(rig.deadLetter).getJob(`${operationId(1)}-0`);
      return (await job?.getState()) === 'failed' && job;
    });
    await dead.retry('failed');
    await waitFor(async () => (await rig.ledger()).delivered === 1, { description: 'the redriven one' });
  });

  it('never drops an erasure, nor what undoes it, unless it names that verb', async () => {
    const courier = createTestCourier();
    await discard({ person: 'id:ada' });
    await discard({ verb: 'delete', person: 'id:bob' });
    const old = { at: Date.now() - 1000 };
    await rig.accept([
      { ...erasure('ada', 1, 'suppress'), ...old },
      { ...erasure('ada', 2, 'unsuppress'), ...old },
      { ...erasure('bob', 3), ...old },
    ]);
    await rig.startFleet({ courier });
    expect(await rig.settledAll()).toMatchObject({ delivered: 2, discarded: 1 });
    expect(arrived(courier)).toEqual(ids(1, 2));
  });
});

describe('brakes', () => {
  it('are counted, listed until they are released, and no more than a hundred', async () => {
    for (let n = 0; n < MAX_BRAKES; n += 1) await hold({ name: `n${n}` });
    await expect(hold({ name: 'one more' })).rejects.toMatchObject({ code: 'TOO_MANY_BRAKES' });
    const { brakes } = await state();
    expect(brakes).toHaveLength(MAX_BRAKES);
    expect(await release('nobody')).toBe(0);
    expect(await release(...brakes.map(({ id }) => id))).toBe(MAX_BRAKES);
    expect((await state()).brakes).toEqual([]);
  });

  it('that a newer version wrote brake nothing here', async () => {
    const { id } = await hold({ name: 'bad' });
    const key = `{cio:${rig.workspace}}:brakes`;
    await rig.redis.hset(key, id, ((await rig.redis.hget(key, id)) ?? '').replace('"name"', '"country"'));
    await rig.startFleet({ courier: createTestCourier() });
    await rig.accept([bad('ada', 1)]);
    expect(await rig.settledAll()).toMatchObject({ delivered: 1 });
  });
});

describe('a Redis that is out of memory', () => {
  it('still lets brakes be set and released', async () => {
    const server = await startRedis({ appendFsync: 'no' });
    rig = new Rig(server.url, 'full');
    try {
      const courier = createTestCourier();
      const fleet = await rig.startFleet({ courier });
      const { id } = await hold({ name: 'bad' });
      await rig.accept([bad('ada', 1)]);
      await parkedBecomes(1);
      await rig.redis.config('SET', 'maxmemory', '1');
      await expect(rig.redis.set('x', 'y')).rejects.toThrow(/OOM/);
      await hold({ name: 'worse' });
      expect(await release(id)).toBe(1);
      expect((await state()).brakes).toMatchObject([{ filter: { name: 'worse' } }]);
      await rig.redis.config('SET', 'maxmemory', '0');
      expect(await rig.settledAll()).toMatchObject({ delivered: 1 });
      expect(fleet.settled.flatMap(({ fates }) => fates)).toContainEqual({ kind: 'parked', side: 0, brake: id });
    } finally {
      await rig.close();
      await server.stop();
    }
  });
});

describe('the count of what a brake would stop', () => {
  it('looks at lanes, fallback and parked, and says how far it came', async () => {
    await circuit('open');
    const breaker = createBreaker();
    await hold({ person: 'id:cid' });
    await rig.accept([bad('ada', 1), bad('cid', 2), fresh('dan', 3)]);
    const fleet = await rig.startFleet({ courier: createTestCourier(() => DELIVERED, breaker), breaker });
    await parkedBecomes(1);
    await waitFor(async () => Object.keys(await rig.held()).length === 2, { description: 'fallback' });
    await fleet.stop();
    for (let n = 10; n < 80; n += 1) await rig.accept([n % 2 === 0 ? bad('eve', n) : fresh('eve', n)]);
    const { redis, workspace } = rig;
    const filter = { name: 'bad' };
    const all = await countWaiting({ redis, workspace, kind: 'discard', filter });
    expect(all).toEqual({ matched: 37, persons: 3, looked: 73, complete: true });
    const some = await countWaiting({ redis, workspace, kind: 'hold', filter, mostOperations: 20 });
    expect(some).toMatchObject({ complete: false });
    expect(some.looked).toBeLessThan(73);
    expect(laneKeyOf(bad('eve', 1).op)).toBe('id:eve');
  });
});
