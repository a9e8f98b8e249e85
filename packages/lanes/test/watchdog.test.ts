import { heartbeatKey } from '@cio-fleet/contracts';
import { createBreaker } from '@cio-fleet/delivery';
import { type PickyProxy, startPickyProxy, startRedis, waitFor } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, inject, it } from 'vitest';
import { createLaneFleet } from '../src/lane-fleet.ts';
import { fresh } from './fixtures/operations.ts';
import { QUICK_POLICY } from './fixtures/quick-policy.ts';
import { Rig } from './fixtures/rig.ts';
import { createTestCourier, DELIVERED } from './fixtures/test-courier.ts';

/** The blocking connection of a BullMQ worker: its name ends in the worker's. */
const BLOCKING = /:w:/;
/** A consumer that isn't deaf takes a job within some ms; a loaded machine may make that a second. */
const LIMIT_MS = 2000;

let proxy: PickyProxy;
let rig: Rig;
const closers: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  const redisUrl = inject('redisUrl');
  proxy = await startPickyProxy(Number(new URL(redisUrl).port));
  rig = new Rig(redisUrl, 'watchdog');
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  await proxy.close();
  await rig.close();
});

interface WatchedOptions {
  readonly lazy?: boolean;
  readonly limitMs?: number;
  readonly url?: string;
  readonly rig?: Rig;
  readonly answer?: () => Promise<typeof DELIVERED>;
}

async function watchedFleet(options: WatchedOptions = {}) {
  const { limitMs = LIMIT_MS, url = proxy.url, rig: watchedRig = rig, answer, lazy = false } = options;
  const redis = new Redis(url, { maxRetriesPerRequest: null, retryStrategy: () => 50, lazyConnect: lazy });
  redis.on('error', () => undefined);
  await redis.ping();
  const courier = createTestCourier(answer);
  const breaker = createBreaker();
  const errors: string[] = [];
  const fatal: Error[] = [];
  const fleet = createLaneFleet({
    workspace: watchedRig.workspace,
    workerId: 'watched',
    redis,
    courier,
    breaker,
    policy: QUICK_POLICY,
    lockMs: 1500,
    stalledCheckMs: 300,
    stopDeadlineMs: 1000,
    defaultLanes: 1,
    describe: () => ({
      ...{ startedAt: 0, version: 'test', pid: process.pid, host: 'test', port: 0, memoryBytes: 0, eventLoopLagMs: 0 },
      ...{ delivered: 0, requests: 0, lastError: null },
    }),
    onSettled: () => undefined,
    onRedriven: () => undefined,
    onError: (error) => errors.push(error.message),
    watchdog: { limitMs, onFatal: (error) => fatal.push(error) },
  });
  closers.push(async () => {
    await fleet.stop();
    breaker.stop();
    redis.disconnect();
  });
  return { fleet, courier, errors, fatal };
}

it('makes a consumer anew that was deaf from its start, because Redis let nobody in just then', async () => {
  // A lazy connection is what BullMQ never recovers: its first try is its last.
  const { fleet, courier, errors, fatal } = await watchedFleet({ lazy: true });
  proxy.refuse = BLOCKING;
  await fleet.start();
  await waitFor(() => proxy.refused() >= 3);
  proxy.refuse = undefined;
  await rig.accept([fresh('ada', 1)]);
  await waitFor(() => courier.requests.length === 1);
  await rig.accept([fresh('ada', 2)]);
  await waitFor(() => courier.requests.length === 2);
  expect(errors.filter((message) => message.includes('it is made anew'))).toHaveLength(1);
  expect(fatal).toEqual([]);
});

it('asks for the end of the process when a new consumer stays deaf too', async () => {
  const { fleet, fatal } = await watchedFleet();
  proxy.refuse = BLOCKING;
  await fleet.start();
  await waitFor(() => proxy.refused() >= 3);
  await waitFor(
    async () => {
      // A new consumer looks once before it goes deaf: there must be more to take than that.
      await rig.accept([fresh('ada', 1)]);
      return fatal.length > 0;
    },
    { intervalMs: 300, timeoutMs: 40_000 },
  );
  expect(fatal[0]).toMatchObject({ code: 'WORKER_STUCK', message: expect.stringContaining('lane.0') });
});

it('makes the connection anew when no heartbeat comes through although Redis answers others', async () => {
  const { fleet, courier, errors, fatal } = await watchedFleet({ limitMs: 3500 });
  await fleet.start();
  const beatAt = fleet.lastBeatAt();
  proxy.blackhole();
  await rig.accept([fresh('ada', 1)]);
  await waitFor(() => courier.requests.length === 1 && fleet.lastBeatAt() > beatAt, { timeoutMs: 40_000 });
  expect(errors.join()).toContain('the connection is made anew');
  expect(fatal).toEqual([]);
});

it('leaves a queue alone that is paused, limited or in work', async () => {
  const answer = Promise.withResolvers<typeof DELIVERED>();
  const { fleet, courier, errors, fatal } = await watchedFleet({ answer: () => answer.promise });
  await fleet.start();
  const { keyPrefix } = rig.lane();
  const looks = async (count: number) => {
    // Each look renews the watchdog's mark in Redis. There are four within the limit.
    for (let look = 0; look < count; look += 1) {
      await rig.redis.del(heartbeatKey(rig.workspace, 'watched:watchdog'));
      await waitFor(() => rig.redis.exists(heartbeatKey(rig.workspace, 'watched:watchdog')));
    }
  };
  await rig.queue(rig.lane()).pause();
  await rig.accept([fresh('ada', 1)]);
  await looks(5);
  await rig.redis.set(`${keyPrefix}limiter`, '999999999999', 'PX', 60_000);
  await rig.queue(rig.lane()).resume();
  await looks(5);
  await rig.redis.del(`${keyPrefix}limiter`);
  await waitFor(() => courier.requests.length === 1);
  await looks(5);
  answer.resolve(DELIVERED);
  await rig.settledAll();
  expect({ errors, fatal }).toEqual({ errors: [], fatal: [] });
});

it('blames nobody while Redis takes no writes', async () => {
  const own = await startRedis({ appendFsync: 'no' });
  closers.push(() => own.stop());
  const ownRig = new Rig(own.url, 'watchdog');
  closers.push(() => ownRig.close());
  // Far longer than BullMQ rests after an error, 1 s: meanwhile it takes nothing, and rightly so.
  const limitMs = 4000;
  const { fleet, courier, errors, fatal } = await watchedFleet({ limitMs, url: own.url, rig: ownRig });
  await fleet.start();
  await waitFor(() => fleet.isConsuming());
  await ownRig.queue(ownRig.lane()).pause();
  await ownRig.accept([fresh('ada', 1)]);
  await ownRig.queue(ownRig.lane()).resume();
  await waitFor(() => courier.requests.length === 1);
  await ownRig.redis.config('SET', 'min-replicas-to-write', '1');
  const refusingMs = performance.now();
  await waitFor(() => performance.now() - refusingMs > 1.5 * limitMs);
  expect(errors.some((message) => message.startsWith('NOREPLICAS'))).toBe(true);
  await ownRig.redis.config('SET', 'min-replicas-to-write', '0');
  await ownRig.accept([fresh('ada', 2)]);
  await waitFor(() => courier.requests.length === 2);
  expect(errors.filter((message) => !message.startsWith('NOREPLICAS'))).toEqual([]);
  expect(fatal).toEqual([]);
});
