import { journalQueueName, queuePrefix } from '@cio-fleet/contracts';
import { startRedis, uniqueWorkspace, waitFor } from '@cio-fleet/testkit';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { expect, inject, it, onTestFinished } from 'vitest';
import type { JournalSinkOptions } from '../src/index.ts';
import { createJournalSink } from '../src/index.ts';
import { decodePack } from '../src/queue/pack.ts';
import { createPackAccount } from '../src/queue/pack-queue.ts';
import { makeRow, quietLogger } from './parts.ts';

function setUp(options: Partial<JournalSinkOptions> = {}, redisUrl = inject('redisUrl')) {
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: null, retryStrategy: () => 50 });
  redis.on('error', () => undefined); // Redis goes away on purpose in some tests
  onTestFinished(() => redis.disconnect());
  const workspace = uniqueWorkspace('journal');
  const sink = createJournalSink({ redis, workspace, logger: quietLogger, ...options });
  onTestFinished(() => sink.stop({ timeoutMs: 100 }));
  const queue = new Queue(journalQueueName(workspace), { connection: redis, prefix: queuePrefix(workspace) });
  queue.on('error', () => undefined);
  onTestFinished(() => queue.close());
  const readRows = async () => {
    const jobs = await queue.getJobs(['waiting']);
    const packs = await Promise.all(jobs.map(({ data }) => decodePack(data)));
    return packs.flatMap((pack) => (pack.kind === 'ok' ? pack.rows : []));
  };
  return { redis, workspace, sink, queue, readRows };
}

it('queues recorded rows as packs, by count and by time', async () => {
  const { sink, queue, workspace, readRows } = setUp({ flushRows: 10, flushMs: 50 });
  for (let n = 0; n < 25; n += 1) sink.record(makeRow(workspace, { operationId: `op-${n}` }));
  await waitFor(() => sink.stats().queued === 25, { timeoutMs: 30_000 });
  expect((await queue.getJobs(['waiting'])).map(({ data }) => data.n).toSorted((a, b) => a - b)).toEqual([5, 10, 10]);
  expect(new Set((await readRows()).map(({ operationId }) => operationId)).size).toBe(25);
});

it('answers a write once the rows are in Redis', async () => {
  const { sink, workspace, readRows } = setUp();
  await expect(sink.write([makeRow(workspace, { outcome: 'note', key: 'k', value: 'v' })])).resolves.toEqual({
    queued: true,
  });
  expect(await readRows()).toMatchObject([{ outcome: 'note', key: 'k', value: 'v' }]);
});

it('drops and counts packs when the queue is full, and takes packs again when a writer has made room', async () => {
  const dropped: string[] = [];
  const { sink, queue, redis, workspace } = setUp({
    maxQueuedBytes: 3_000,
    flushRows: 1,
    onDropped: ({ outcome, reason }) => dropped.push(`${outcome}/${reason}`),
  });
  const fill = async () => {
    for (let n = 0; n < 50; n += 1) {
      const result = await sink.write([makeRow(workspace)]);
      if (!result.queued) return result;
    }
    throw new Error('the queue never fills');
  };
  await expect(fill()).resolves.toEqual({ queued: false, reason: 'full' });
  sink.record(makeRow(workspace));
  await sink.flush();
  expect(dropped).toEqual(['delivered/queue-full']);
  expect(sink.stats().dropped).toEqual({ 'delivered/queue-full': 1 });

  const account = createPackAccount(redis, workspace);
  const before = await account.bytes();
  expect(before).toBeLessThanOrEqual(3_000);
  const [first, second] = await queue.getJobs(['waiting']);
  await account.settle(first?.id ?? '');
  await account.settle(first?.id ?? '');
  expect(await account.bytes()).toBeLessThan(before);
  await expect(sink.write([makeRow(workspace)])).resolves.toEqual({ queued: true });

  // What an operator cleans by hand is no longer counted after a recount.
  await second?.remove();
  await first?.remove();
  const counted = await account.bytes();
  await account.recount();
  expect(await account.bytes()).toBeLessThan(counted);
});

it('takes rows that erase somebody to a full queue, recorded or written, and no others with them', async () => {
  const { sink, workspace, readRows } = setUp({ maxQueuedBytes: 1 });
  const [recorded, written] = ['delete', 'suppress'].map((action) =>
    makeRow(workspace, { action, person: `id:${action}` }),
  );
  if (recorded === undefined || written === undefined) throw new Error('two rows');
  sink.record(makeRow(workspace));
  sink.record(makeRow(workspace, { action: 'delete', outcome: 'failed' }));
  sink.record(recorded);
  await sink.flush();
  expect(sink.stats()).toMatchObject({ queued: 1, dropped: { 'delivered/queue-full': 1, 'failed/queue-full': 1 } });
  await expect(sink.write([makeRow(workspace), written])).resolves.toEqual({ queued: false, reason: 'full' });
  expect((await readRows()).map(({ person }) => person).toSorted()).toEqual(['id:delete', 'id:suppress']);
});

it('keeps rows in memory while Redis is away, bounded, and queues them when it is back', async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const { sink, workspace, readRows } = setUp({ maxBufferedRows: 100, flushRows: 10, flushMs: 10 }, redis.url);
  await sink.write([makeRow(workspace)]);
  await redis.kill();
  for (let n = 0; n < 200; n += 1) sink.record(makeRow(workspace, { outcome: n % 2 ? 'failed' : 'dead-lettered' }));
  expect(sink.stats().buffered).toBeLessThanOrEqual(100);
  const { dropped } = sink.stats();
  expect(dropped['failed/buffer-full']).toBeGreaterThan(0);
  expect(dropped['dead-lettered/buffer-full']).toBeUndefined();
  await redis.restart();
  const settled = () => sink.stats().queued + Object.values(sink.stats().dropped).reduce((sum, n) => sum + n, 0);
  await waitFor(() => settled() === sink.stats().recorded, { timeoutMs: 30_000 });
  const { queued } = sink.stats();
  expect(queued).toBeGreaterThanOrEqual(100);
  expect(new Set((await readRows()).map(({ operationId }) => operationId)).size).toBe(queued);
});

it('answers unavailable instead of hanging while Redis is away, and stops in time', async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const { sink, workspace } = setUp({ writeTimeoutMs: 200 }, redis.url);
  await sink.write([makeRow(workspace)]);
  await redis.kill();
  await expect(sink.write([makeRow(workspace)])).resolves.toEqual({ queued: false, reason: 'unavailable' });
  sink.record(makeRow(workspace));
  await sink.stop({ timeoutMs: 200 });
  expect(sink.stats().dropped).toEqual({ 'delivered/stopped': 1 });
  sink.record(makeRow(workspace));
  await expect(sink.write([makeRow(workspace)])).resolves.toEqual({ queued: false, reason: 'stopped' });
});

it('never throws, whatever is recorded, and a row that can not be written costs only itself', async () => {
  const { sink, workspace, readRows } = setUp({ payload: 'full' });
  const trap = {
    toJSON() {
      throw new Error('trap');
    },
  };
  sink.record(makeRow(workspace, { payload: trap }));
  sink.record({} as never);
  sink.record(makeRow(workspace, { person: 'id:sound' }));
  await sink.flush();
  expect(await readRows()).toMatchObject([{ person: 'id:sound' }]);
  expect(Object.values(sink.stats().dropped).reduce((sum, count) => sum + count, 0)).toBe(2);
  await expect(sink.write([makeRow(workspace, { payload: trap })])).resolves.toMatchObject({ reason: 'unreadable' });
});
