import { heartbeatKey, laneQueueName, queuePrefix, workspaceKeys } from '@cio-fleet/contracts';
import { uniqueWorkspace } from '@cio-fleet/testkit';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, expect, inject, it } from 'vitest';
import { readFleetState } from './fleet-state.ts';

const redis = new Redis(inject('redisUrl'), { maxRetriesPerRequest: null });
afterAll(() => redis.quit());

const heartbeat = {
  id: 'w1',
  at: 1,
  startedAt: 1,
  version: '0.1.0',
  pid: 1,
  host: 'h',
  port: 9090,
  lanes: [0, 1],
  fallback: true,
  deadLetter: true,
  quiet: false,
  memoryBytes: 1e8,
  eventLoopLagMs: 1,
  circuit: { state: 'CLOSED', since: 5, failureCount: 0, lastFailure: null, lastError: null },
  delivered: 10,
  requests: 2,
  lastError: null,
};

it('reads an empty workspace as one without lanes and workers, whose circuit is open', async () => {
  const state = await readFleetState(redis, uniqueWorkspace('empty'));
  expect(state).toMatchObject({
    workers: [],
    lanes: [],
    circuit: { state: 'OPEN' },
    fallback: { jobs: 0, heldPersons: 0, oldestWaitingMs: null },
    deadLetters: { deadLetters: 0, operations: 0, oldestMs: null, reasons: [] },
    residue: 0,
    rate: { requestsPerSecond: null, current: null },
  });
});

it('reads lanes, workers, fallback, reasons, rate and ledger of a workspace', async () => {
  const workspace = uniqueWorkspace('state');
  const keys = workspaceKeys(workspace);
  const queue = new Queue(laneQueueName(workspace, 1), { connection: redis, prefix: queuePrefix(workspace) });
  await queue.add('track', { v: 1 }, { jobId: 'first', timestamp: Date.now() - 60_000 });
  await queue.add('track', { v: 1 }, { jobId: 'second' });
  const head = await queue.getJob('first');
  await head?.updateProgress({ attempts: 2, lastError: { code: 'HTTP_503', message: 'down', at: 7 } });
  await queue.rateLimit(30_000);
  await queue.pause();
  await queue.close();
  await redis.set(keys.lanes, 2);
  await redis.hset(keys.ledger, { accepted: 10, delivered: 5, 'dead-lettered': 2 });
  await redis.hset(keys.waiting, {
    [`${workspace}.lane.1:operations`]: 2,
    [`${workspace}.lane.1:bytes`]: 100,
    [`${workspace}.fallback:operations`]: 1,
  });
  await redis.hset(keys.held, 'id:1', 1);
  await redis.hset(keys.deadLetterReasons, { REJECTED: 1, EXPIRED: 5 });
  await redis.hset(keys.rate, { requestsPerSecond: 100, current: 50 });
  await redis.zadd(keys.workers, 1, 'w1', 1, 'gone');
  await redis.set(heartbeatKey(workspace, 'w1'), JSON.stringify(heartbeat));

  const state = await readFleetState(redis, workspace);
  expect(state.workers.map(({ id }) => id)).toEqual(['w1']);
  expect(state.circuit).toMatchObject({ state: 'CLOSED', since: 5 });
  expect(state.lanes[0]).toMatchObject({ lane: 0, owner: 'w1', jobs: 0, head: null, retryInMs: null, paused: false });
  expect(state.lanes[1]).toMatchObject({
    queue: `${workspace}.lane.1`,
    owner: 'w1',
    operations: 2,
    bytes: 100,
    jobs: 2,
    active: false,
    paused: true,
    failed: 0,
    head: { jobId: 'first', attempts: 2, lastError: { code: 'HTTP_503', message: 'down', at: 7 } },
  });
  expect(state.lanes[1]?.oldestWaitingMs).toBeGreaterThanOrEqual(59_000);
  expect(state.lanes[1]?.retryInMs).toBeGreaterThan(20_000);
  expect(state.fallback).toMatchObject({ operations: 1, heldPersons: 1 });
  expect(state.deadLetters.reasons).toEqual([
    { code: 'EXPIRED', operations: 5 },
    { code: 'REJECTED', operations: 1 },
  ]);
  expect(state.ledger).toMatchObject({ accepted: 10, delivered: 5, 'dead-lettered': 2, waiting: 3 });
  expect(state.residue).toBe(0);
  expect(state.rate).toEqual({ requestsPerSecond: 100, current: 50 });
});

it('writes nothing', async () => {
  const workspace = uniqueWorkspace('readonly');
  await redis.set(workspaceKeys(workspace).lanes, 3);
  await readFleetState(redis, workspace);
  expect(await redis.keys(`*${workspace}*`)).toEqual([workspaceKeys(workspace).lanes]);
});
