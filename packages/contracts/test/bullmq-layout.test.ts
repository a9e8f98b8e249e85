import { LANE_JOB_OPTIONS, laneQueueName, newUlid, queueKeyPrefix, queuePrefix } from '@cio-fleet/contracts';
import { uniqueWorkspace, waitFor } from '@cio-fleet/testkit';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { dump, enqueue } from './enqueue-call.ts';

/** A queue of a workspace of its own, as an ops tool opens it. */
interface Lane {
  readonly workspace: string;
  readonly queue: Queue;
}

let redis: Redis;
const opened: { close(): Promise<void> }[] = [];

beforeAll(() => {
  redis = new Redis(inject('redisUrl'));
});

afterAll(async () => {
  await Promise.all(opened.map((part) => part.close()));
  await redis.quit();
});

const connection = () => ({ url: inject('redisUrl'), maxRetriesPerRequest: null });

async function openLane(): Promise<Lane> {
  const workspace = uniqueWorkspace('layout');
  const queue = new Queue(laneQueueName(workspace, 0), { connection: connection(), prefix: queuePrefix(workspace) });
  opened.push(queue);
  await queue.waitUntilReady();
  return { workspace, queue };
}

const DATA = { v: 1, operations: [{ id: 'x', at: 1, op: { name: 'Zoë ☃' } }] };

/** The queue's keys, times left out. */
async function layout({ workspace, queue }: Lane): Promise<Record<string, unknown>> {
  const keys = await dump(redis, queueKeyPrefix(workspace, queue.name));
  for (const value of Object.values(keys)) {
    if (typeof value !== 'object' || value === null || !('timestamp' in value) || !('opts' in value)) continue;
    expect(Math.abs(Number(value.timestamp) - Date.now())).toBeLessThan(60_000);
    value.timestamp = 'a time';
    // The one field of ours on a job, which BullMQ leaves alone.
    if ('cio:n' in value) delete value['cio:n'];
    value.opts = JSON.parse(String(value.opts));
  }
  return keys;
}

const SCENARIOS: readonly (readonly [what: string, prepare: (lane: Lane) => Promise<unknown>])[] = [
  ['an empty queue', async () => undefined],
  ['a paused queue', ({ queue }) => queue.pause()],
  ['a queue resumed after a pause', ({ queue }) => queue.pause().then(() => queue.resume())],
  ['a queue of global concurrency 1 that is idle', ({ queue }) => queue.setGlobalConcurrency(1)],
  [
    'a queue of global concurrency 1 whose head is active',
    async ({ workspace, queue }) => {
      await queue.setGlobalConcurrency(1);
      await redis.lpush(`${queueKeyPrefix(workspace, queue.name)}active`, 'head');
    },
  ],
  [
    'a queue with a limit of events',
    ({ workspace, queue }) => redis.hset(`${queueKeyPrefix(workspace, queue.name)}meta`, 'opts.maxLenEvents', 50),
  ],
];

describe('a job that the enqueue script pushes has the layout of one that BullMQ adds', () => {
  it.each(SCENARIOS)('on %s', async (_, prepare) => {
    const [ours, theirs] = await Promise.all([openLane(), openLane()]);
    await Promise.all([prepare(ours), prepare(theirs)]);
    for (const [index, jobId] of [newUlid(), newUlid()].entries()) {
      const call = { jobId, name: 'track', data: JSON.stringify(DATA), sequence: index + 1 };
      expect(await enqueue(redis, { workspace: ours.workspace, ...call })).toMatchObject(['ok', /^\d{13}$/]);
      await theirs.queue.add('track', DATA, { ...LANE_JOB_OPTIONS, jobId });
    }
    const [expected, actual] = [await layout(theirs), await layout(ours)];
    // BullMQ keeps the job id within its options, too. Nothing of it reads that back.
    for (const value of Object.values(expected)) {
      if (typeof value === 'object' && value !== null && 'opts' in value) {
        value.opts = withoutJobId(value.opts);
      }
    }
    expect(actual).toEqual(expected);
  });

  it('on a queue that no one has opened yet', async () => {
    const workspace = uniqueWorkspace('layout');
    const jobId = newUlid();
    await enqueue(redis, { workspace, jobId, data: '{}', operations: 3 });
    const keys = await dump(redis, queueKeyPrefix(workspace, laneQueueName(workspace, 0)));
    expect(Object.keys(keys).sort()).toEqual([jobId, 'events', 'id', 'marker', 'meta', 'wait'].sort());
    expect(keys[jobId]).toMatchObject({ 'cio:n': '3' });
    expect(keys).toMatchObject({ id: '1', wait: [jobId], marker: ['0', '0'], meta: { 'opts.maxLenEvents': '10000' } });
  });
});

function withoutJobId(opts: unknown): object {
  const { jobId: _, ...others } = opts as { jobId?: unknown };
  return others;
}

describe('a worker of BullMQ', () => {
  it('that waits on an empty lane wakes at once for a job of ours, and reads its data and options', async () => {
    const { workspace, queue } = await openLane();
    const jobs: { id: string | undefined; name: string; data: unknown; attempts: number | undefined }[] = [];
    const worker = new Worker(
      queue.name,
      async ({ id, name, data, opts }) => {
        jobs.push({ id, name, data, attempts: opts.attempts });
      },
      { connection: connection(), prefix: queuePrefix(workspace), drainDelay: 20 },
    );
    opened.push(worker);
    await worker.waitUntilReady();
    const jobId = newUlid();
    await enqueue(redis, { workspace, jobId, name: 'track', data: JSON.stringify(DATA) });
    // Without the marker the worker would sleep for its drain delay of 20 s.
    await waitFor(() => jobs.length === 1, { timeoutMs: 5_000 });
    expect(jobs).toEqual([{ id: jobId, name: 'track', data: DATA, attempts: 1 }]);
    await waitFor(async () => (await queue.getCompletedCount()) === 1, { timeoutMs: 5_000 });
  });

  it('takes jobs of ours and of BullMQ in the order they were pushed', async () => {
    const { workspace, queue } = await openLane();
    for (let index = 0; index < 6; index++) {
      const jobId = `job-${index}`;
      if (index % 2 === 0) await queue.add('track', {}, { ...LANE_JOB_OPTIONS, jobId });
      else await enqueue(redis, { workspace, jobId, data: '{}', sequence: index });
    }
    const order: (string | undefined)[] = [];
    const worker = new Worker(
      queue.name,
      async ({ id }) => {
        order.push(id);
      },
      { connection: connection(), prefix: queuePrefix(workspace), concurrency: 1 },
    );
    opened.push(worker);
    await waitFor(() => order.length === 6, { timeoutMs: 10_000 });
    expect(order).toEqual(['job-0', 'job-1', 'job-2', 'job-3', 'job-4', 'job-5']);
  });
});
