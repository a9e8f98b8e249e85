import { once } from 'node:events';
import { createSimulator, type Simulator } from '@cio-fleet/simulator';
import { uniqueWorkspace } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { createBreaker, createBudget, createCourier, createCustomerioClient } from '../src/index.ts';
import { erase, identify, queued, track } from './operations.ts';
import { requestOf } from './receiver.ts';

/** All parts as a worker wires them, against the stand-in for Customer.io. */
async function delivery(): Promise<{ simulator: Simulator; courier: ReturnType<typeof createCourier> }> {
  const simulator = createSimulator();
  const { url } = await simulator.start();
  const redis = new Redis(inject('redisUrl'));
  await once(redis, 'ready');
  const client = createCustomerioClient({
    siteId: 'demo-site',
    apiKey: 'demo-key',
    region: 'us',
    trackUrl: url,
    requestTimeoutMs: 1_000,
  });
  const breaker = createBreaker();
  const budget = createBudget({ redis, workspace: uniqueWorkspace('courier'), requestsPerSecond: 1_000 });
  onTestFinished(async () => {
    breaker.stop();
    await client.close();
    await simulator.stop();
    redis.disconnect();
  });
  return { simulator, courier: createCourier({ client, breaker, budget }) };
}

const now = () => Date.now();

describe('delivery to the stand-in for Customer.io', () => {
  it('applies a batch of all kinds in order', async () => {
    const { simulator, courier } = await delivery();
    const operations = [
      identify('1', { plan: 'free' }),
      identify('1', { plan: 'pro' }),
      track('1'),
      identify('2'),
      erase('2'),
    ];
    const result = await courier.deliver(requestOf(operations.map((op) => queued(op, now()))));
    expect(result.settlements.map((settlement) => settlement?.state)).toEqual(operations.map(() => 'delivered'));
    expect(result.requests).toBe(1);
    expect(simulator.stats().operations).toBe(4);
    expect(simulator.person('1')?.attributes).toMatchObject({ plan: 'pro' });
    expect(simulator.person('2')).toBeUndefined();
  });

  it('settles the operations that it refuses one by one', async () => {
    const { simulator, courier } = await delivery();
    simulator.setFaults({ rejectName: 'bad' });
    const { settlements } = await courier.deliver(
      requestOf([track('1'), track('2', 'bad'), track('3')].map((op) => queued(op, now()))),
    );
    expect(settlements.map((settlement) => settlement?.state)).toEqual(['delivered', 'rejected', 'delivered']);
  });

  it('finds the operation for which it refuses whole batches', async () => {
    const { simulator, courier } = await delivery();
    simulator.setFaults({ poisonName: 'poison' });
    const operations = Array.from({ length: 300 }, (_, n) =>
      queued(track(`${n % 20}`, n === 123 ? 'poison' : 'fine'), now()),
    );
    const { settlements, requests } = await courier.deliver(requestOf(operations));
    expect(settlements[123]?.state).toBe('rejected');
    expect(settlements.filter((settlement) => settlement?.state === 'delivered')).toHaveLength(299);
    expect(requests).toBeLessThanOrEqual(19);
    expect(simulator.stats()).toMatchObject({ operations: 299, repeats: 0 });
  });

  it('repeats events under the same ULID after a lost answer, and they count once', async () => {
    const { simulator, courier } = await delivery();
    const operations = [queued(track('1'), now()), queued(track('1'), now())];
    simulator.setFaults({ dropAfterAccept: true });
    const lost = await courier.deliver(requestOf(operations));
    expect(lost.interruption).toMatchObject({ kind: 'transient', error: { code: 'ECONNRESET' } });
    simulator.clearFaults();
    const repeated = await courier.deliver(requestOf(operations));
    expect(repeated.settlements.map((settlement) => settlement?.state)).toEqual(['delivered', 'delivered']);
    expect(simulator.stats().repeats).toBe(2);
    expect(simulator.person('1')?.events).toHaveLength(2);
  });

  it.each([
    ['transient', 'SERVER_ERROR', { status: 503, html: true }],
    ['transient', 'TIMEOUT', { hang: true }],
    ['transient', 'ECONNRESET', { resetMidAnswer: true }],
    ['throttled', 'THROTTLED', { retryAfterSeconds: 3 }],
    ['setup', 'CREDENTIALS_REFUSED', { status: 401 }],
  ])('is interrupted as %s (%s) by %j', async (kind, code, faults) => {
    const { simulator, courier } = await delivery();
    simulator.setFaults(faults);
    const result = await courier.deliver(requestOf([queued(track('1'), now())]));
    expect(result).toMatchObject({ settlements: [undefined], requests: 1, interruption: { kind, error: { code } } });
  });
});
