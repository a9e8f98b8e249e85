import { waitFor } from '@cio-fleet/testkit';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { closeCircuit, openBreaker } from './fixtures/circuits.ts';
import { erasure, fresh, ids, operationId } from './fixtures/operations.ts';
import { Rig } from './fixtures/rig.ts';
import { createTestCourier, DELIVERED, rejected, TRANSIENT } from './fixtures/test-courier.ts';

let rig: Rig;
beforeEach(() => {
  rig = new Rig(inject('redisUrl'), 'fallback');
});
afterEach(() => rig.close());

const arrived = (courier: { requests: string[][] }) => courier.requests.flat();

describe('fallback', () => {
  async function heldBack(operations = [fresh('ada', 1), fresh('bob', 2)]) {
    const breaker = await openBreaker();
    await rig.accept(operations);
    return breaker;
  }

  it('takes everything while the circuit is open, without an attempt, and is looked at at once when it closes', async () => {
    const breaker = await heldBack();
    const courier = createTestCourier(() => DELIVERED, breaker);
    const policy = { fallbackBaseMs: 60_000, fallbackCapMs: 60_000 };
    const fleet = await rig.startFleet({ courier, breaker, policy });
    await waitFor(async () => (await rig.held())['id:ada'] === '1');
    expect(courier.requests).toEqual([]);
    closeCircuit(breaker);
    const closedMs = performance.now();
    expect(await rig.settledAll()).toMatchObject({ delivered: 2 });
    expect(performance.now() - closedMs).toBeLessThan(30_000);
    expect(fleet.settled.every(({ attempts }) => attempts === 1)).toBe(true);
    expect(await rig.held()).toEqual({});
  });

  it('gets company of a head that lingers while the circuit is open: it moves more at once', async () => {
    const breaker = await heldBack([fresh('ada', 1)]);
    const courier = createTestCourier(() => DELIVERED, breaker);
    const starting = rig.startFleet({ courier, breaker, policy: { openLingerMs: 3000, fallbackBaseMs: 60_000 } });
    const { keyPrefix } = rig.lane();
    await waitFor(async () => (await rig.redis.llen(`${keyPrefix}active`)) === 1, { intervalMs: 1 });
    await rig.accept([fresh('bob', 2)]);
    await starting;
    await waitFor(async () => Object.keys(await rig.held()).length > 0);
    expect(await rig.held()).toEqual({ 'id:ada': '1', 'id:bob': '1' });
  });

  it('is followed by later operations of a held person, while everyone else flows at once', async () => {
    let isReleased = false;
    const courier = createTestCourier((_, { purpose }) => (purpose === 'lane' || isReleased ? DELIVERED : TRANSIENT));
    const breaker = await heldBack([fresh('ada', 1)]);
    await rig.startFleet({ courier, breaker, policy: { isolateAfterAttempts: 1000 } });
    await waitFor(async () => (await rig.held())['id:ada'] === '1');
    closeCircuit(breaker);
    await rig.accept([fresh('ada', 2), fresh('bob', 3)]);
    await waitFor(async () => (await rig.held())['id:ada'] === '2');
    const lanes = courier.requests.filter((request) => request.includes(operationId(3)));
    expect(lanes).toEqual([ids(3)]);
    const failed = courier.requests.length;
    isReleased = true;
    await rig.settledAll();
    // One request, or two where the first of them had begun before.
    expect(courier.requests.slice(failed).flat()).toEqual(ids(1, 2));
  });

  it.each([
    { what: 'rejected', answer: rejected(), ledger: { 'dead-lettered': 2 } },
    { what: 'delivered', answer: DELIVERED, ledger: { delivered: 2 } },
  ])('lowers the held count of what is $what', async ({ answer, ledger }) => {
    const breaker = await heldBack();
    await rig.startFleet({ courier: createTestCourier(() => answer, breaker), breaker });
    await waitFor(async () => (await rig.held())['id:ada'] === '1');
    closeCircuit(breaker);
    expect(await rig.settledAll()).toMatchObject(ledger);
    expect(await rig.held()).toEqual({});
  });

  it('lowers the held count of what is erased there', async () => {
    const breaker = await heldBack();
    const courier = createTestCourier(() => DELIVERED, breaker);
    await rig.startFleet({ courier, breaker });
    await waitFor(async () => (await rig.held())['id:ada'] === '1');
    await rig.accept([{ ...erasure('ada', 9), at: Date.now() }]);
    closeCircuit(breaker);
    expect(await rig.settledAll()).toMatchObject({ delivered: 2, erased: 1 });
    expect(arrived(courier)).not.toContain(operationId(1));
    expect(await rig.held()).toEqual({});
  });

  it('dead-letters what is too old, and lowers its count; a delete goes on waiting', async () => {
    const ada = fresh('ada', 1);
    const maxAgeMs = 200;
    const breaker = await heldBack([ada, { ...erasure('bob', 2), at: Date.now() }]);
    await rig.startFleet({ courier: createTestCourier(() => DELIVERED, breaker), breaker, policy: { maxAgeMs } });
    await waitFor(async () => (await rig.held())['id:bob'] === '1');
    await waitFor(() => Date.now() > ada.at + maxAgeMs, { description: 'ada to expire' });
    closeCircuit(breaker);
    expect(await rig.settledAll()).toMatchObject({ delivered: 1, 'dead-lettered': 1 });
    expect(await rig.held()).toEqual({});
    const dead = await rig.queue(rig.deadLetter).getJob(`${operationId(1)}-0`);
    expect(dead?.data).toMatchObject({ reason: { code: 'EXPIRED' } });
  });

  it('dead-letters what fails alone while others succeed, also in a head that has stalled before', async () => {
    const isSick = ({ op }: { op: object }) => 'name' in op && op.name === 'n2';
    const courier = createTestCourier((operations) => (operations.some(isSick) ? TRANSIENT : DELIVERED));
    const breaker = await heldBack([fresh('ada', 1), fresh('bob', 2), fresh('cid', 3)]);
    const policy = { isolateAfterAttempts: 1, maxLoneFailures: 3, fallbackBaseMs: 500, fallbackCapMs: 500 };
    await rig.startFleet({ courier, breaker, policy });
    const [id] = await waitFor(async () => {
      const waiting = await rig.redis.lrange(`${rig.fallback.keyPrefix}wait`, 0, -1);
      return waiting.length > 0 && waiting;
    });
    await rig.redis.hset(`${rig.fallback.keyPrefix}${id}`, 'stc', '2');
    closeCircuit(breaker);
    expect(await rig.settledAll()).toMatchObject({ delivered: 2, 'dead-lettered': 1 });
    const dead = await rig.queue(rig.deadLetter).getJob(`${operationId(2)}-0`);
    expect(dead?.data).toMatchObject({ reason: { code: 'TRANSIENT_EXHAUSTED' } });
  });
});
