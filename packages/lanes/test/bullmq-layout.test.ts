import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { JOB_FORMAT_VERSION, LANE_JOB_OPTIONS } from '@cio-fleet/contracts';
import { waitFor } from '@cio-fleet/testkit';
import { UnrecoverableError } from 'bullmq';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { NO_PROGRESS } from '../src/head-progress.ts';
import type { QueueAddress } from '../src/queue-address.ts';
import { createRedisLaneStore } from '../src/redis-lane-store.ts';
import { event } from './fixtures/operations.ts';
import { Rig } from './fixtures/rig.ts';

/**
 * Our scripts read and write BullMQ's keys. Whatever they rely on is compared here with what BullMQ itself does: when one of
 * these tests fails after an update, the scripts must follow before the pin may.
 */
let rig: Rig;
beforeEach(() => {
  rig = new Rig(inject('redisUrl'), 'layout', 2);
});
afterEach(() => rig.close());

const ours = () => rig.lane(0);
const theirs = () => rig.lane(1);
const operations = [event('ada', 1)];

function addByBullmq(jobId: string) {
  const data = { v: JOB_FORMAT_VERSION, operations };
  return rig.queue(theirs()).add('track', data, { ...LANE_JOB_OPTIONS, jobId });
}

/** A queue's keys without their prefix, and what differs from run to run made equal. */
async function layoutOf(queue: QueueAddress, ids: readonly string[]): Promise<Record<string, unknown>> {
  const layout: Record<string, unknown> = {};
  const same = (text: string) =>
    ids
      .reduce((result, id, index) => result.replaceAll(id, `<job ${index}>`), text)
      .replaceAll(/\b1[0-9]{12}\b/g, '<now>');
  for (const [key, value] of Object.entries(await rig.contents())) {
    if (key.startsWith(queue.keyPrefix))
      layout[same(key.slice(queue.keyPrefix.length))] = JSON.parse(same(JSON.stringify(value)));
  }
  const events = await rig.redis.xrange(`${queue.keyPrefix}events`, '-', '+');
  layout.events = events.map(([, fields]) => fields.map(same));
  return layout;
}

/** Our own fields, and the id that BullMQ repeats in the options, are the only differences that are meant to be. */
function comparable(layout: Record<string, unknown>): unknown {
  return JSON.parse(JSON.stringify(layout), (key, value: unknown) => {
    if (key.startsWith('cio:')) return undefined;
    if (key !== 'opts') return value;
    const { jobId: _, ...options } = JSON.parse(String(value)) as Record<string, unknown>;
    return options;
  });
}

async function metaOf(queue: QueueAddress): Promise<Record<string, string>> {
  return rig.redis.hgetall(`${queue.keyPrefix}meta`);
}

it('the installed BullMQ is exactly the version that the catalog pins', () => {
  const { version } = createRequire(import.meta.url)('bullmq/package.json') as { version: string };
  const catalog = readFileSync(new URL('../../../pnpm-workspace.yaml', import.meta.url), 'utf8');
  expect(/^ {2}bullmq: (.+)$/m.exec(catalog)?.[1]).toBe(version);
});

describe('a job pushed by our scripts is what BullMQ itself adds', () => {
  async function compareAdds(prepare: (queue: QueueAddress) => Promise<unknown>): Promise<void> {
    // BullMQ's Queue writes its own meta fields when it is opened; so both are opened.
    for (const queue of [ours(), theirs()]) await rig.queue(queue).waitUntilReady();
    for (const queue of [ours(), theirs()]) await prepare(queue);
    const id = await rig.accept(operations, 0);
    await addByBullmq('a-job-of-theirs');
    const [mine, reference] = [await layoutOf(ours(), [id]), await layoutOf(theirs(), ['a-job-of-theirs'])];
    expect(mine['<job 0>']).toMatchObject({ 'cio:n': '1' });
    expect(comparable(mine)).toEqual(comparable(reference));
  }

  it('in an empty queue', async () => {
    await compareAdds(async () => undefined);
  });

  it('in a paused queue', async () => {
    await compareAdds((queue) => rig.queue(queue).pause());
  });

  it('in a queue behind the fence of global concurrency', async () => {
    await compareAdds(async (queue) => {
      await rig.queue(queue).setGlobalConcurrency(1);
      await rig.redis.lpush(`${queue.keyPrefix}active`, 'something');
    });
  });
});

describe('BullMQ', () => {
  async function taken() {
    await addByBullmq('one');
    await addByBullmq('two');
    await addByBullmq('three');
    const job = await rig.take(theirs(), 'the-token');
    return { job, prefix: theirs().keyPrefix };
  }

  it('takes the right end of wait first, and our peek sees the next ones in that order', async () => {
    const { job, prefix } = await taken();
    expect(job.id).toBe('one');
    expect(await rig.redis.lrange(`${prefix}wait`, 0, -1)).toEqual(['three', 'two']);
    const store = createRedisLaneStore({ redis: rig.redis, queue: theirs(), lockMs: 1000 });
    const { followers } = await store.peek('one', { jobs: 10, bytes: 1_000_000 });
    expect(followers.map(({ id }) => id)).toEqual(['two', 'three']);
  });

  it('keeps the head in active, and its token in a lock with a time to live', async () => {
    const { prefix } = await taken();
    expect(await rig.redis.lrange(`${prefix}active`, 0, -1)).toEqual(['one']);
    expect(await rig.redis.get(`${prefix}one:lock`)).toBe('the-token');
    expect(await rig.redis.pttl(`${prefix}one:lock`)).toBeGreaterThan(0);
    expect(await rig.redis.hgetall(`${prefix}one`)).toMatchObject({ ats: '1', processedOn: expect.any(String) });
  });

  it('fences a queue by the concurrency in its meta', async () => {
    await rig.queue(theirs()).setGlobalConcurrency(1);
    expect(await metaOf(theirs())).toMatchObject({ concurrency: '1' });
    await taken();
    expect(await rig.worker(theirs()).getNextJob('rival', { block: false })).toBeUndefined();
  });

  it('pauses by a field of meta, and leaves the waiting jobs where they are', async () => {
    await taken();
    await rig.queue(theirs()).pause();
    expect(await metaOf(theirs())).toMatchObject({ paused: '1' });
    expect(await rig.redis.llen(`${theirs().keyPrefix}wait`)).toBe(2);
  });

  it('puts a rate-limited head back to the front without its lock, and counts no attempt', async () => {
    const { job, prefix } = await taken();
    await job.moveToWait('the-token');
    expect(await rig.redis.lrange(`${prefix}wait`, 0, -1)).toEqual(['three', 'two', 'one']);
    expect(await rig.redis.exists(`${prefix}one:lock`, `${prefix}active`)).toBe(0);
    expect(await rig.redis.hget(`${prefix}one`, 'atm')).toBeNull();
  });

  it('refuses to move a head with a token that is not its lock', async () => {
    const { job, prefix } = await taken();
    await expect(job.moveToWait('another')).rejects.toThrow();
    await expect(job.moveToCompleted(undefined, 'another', false)).rejects.toThrow();
    expect(await rig.redis.lrange(`${prefix}active`, 0, -1)).toEqual(['one']);
  });

  it('puts a stalled head back to the front and counts it in stc', async () => {
    await taken();
    const { keyPrefix } = theirs();
    await rig.redis.del(`${keyPrefix}one:lock`);
    const worker = rig.worker(theirs(), { stalledInterval: 50 });
    await waitFor(async () => {
      await worker.startStalledCheckTimer();
      return (await rig.redis.llen(`${keyPrefix}active`)) === 0;
    });
    expect(await rig.redis.lrange(`${keyPrefix}wait`, 0, -1)).toEqual(['three', 'two', 'one']);
    expect(await rig.redis.hget(`${keyPrefix}one`, 'stc')).toBe('1');
    expect((await rig.take(theirs(), 'again')).stalledCounter).toBe(1);
  });

  it('completes a job with the fields that our finish gives its followers', async () => {
    const { job, prefix } = await taken();
    await job.moveToCompleted('done', 'the-token', false);
    expect(Number(await rig.redis.zscore(`${prefix}completed`, 'one'))).toBeGreaterThan(1e12);
    const reference = Object.keys(await rig.redis.hgetall(`${prefix}one`));

    await rig.accept(operations, 0);
    const follower = await rig.accept(operations, 0);
    const head = await rig.take(ours(), 'ours');
    const store = createRedisLaneStore({ redis: rig.redis, queue: ours(), lockMs: 1000 });
    await store.finish(
      { jobId: head.id ?? '', token: 'ours' },
      {
        headOperations: 1,
        followers: [{ id: follower, operations: 1 }],
        pushes: [],
        held: new Map(),
        ledger: new Map([['delivered', 2]]),
        deadLetterReasons: new Map(),
        progress: { ...NO_PROGRESS, state: 'settled' },
      },
    );
    const mine = Object.keys(await rig.redis.hgetall(`${ours().keyPrefix}${follower}`)).filter((k) => k !== 'cio:n');
    // `pb`, who processed it, is the one field that a follower has not: nobody took it.
    expect(mine.sort()).toEqual(reference.filter((field) => field !== 'pb').sort());
  });

  it('fails a job into a sorted set by time, and its retry keeps the count of attempts made', async () => {
    const { job, prefix } = await taken();
    await job.moveToFailed(new UnrecoverableError('no'), 'the-token', false);
    expect(Number(await rig.redis.zscore(`${prefix}failed`, 'one'))).toBeGreaterThan(1e12);
    expect(await rig.redis.hgetall(`${prefix}one`)).toMatchObject({ failedReason: 'no', atm: '1' });
    await (await rig.queue(theirs()).getJob('one'))?.retry('failed');
    expect(await rig.redis.lrange(`${prefix}wait`, 0, -1)).toContain('one');
    expect(await rig.redis.hget(`${prefix}one`, 'atm')).toBe('1');
  });

  it('reads progress from the field that our note writes', async () => {
    const { job, prefix } = await taken();
    await job.updateProgress({ attempts: 7 });
    expect(await rig.redis.hget(`${prefix}one`, 'progress')).toBe('{"attempts":7}');
    const store = createRedisLaneStore({ redis: rig.redis, queue: theirs(), lockMs: 1000 });
    await store.note({ jobId: 'one', token: 'the-token' }, { ...NO_PROGRESS, attempts: 8 });
    expect((await rig.queue(theirs()).getJob('one'))?.progress).toEqual({ attempts: 8, throttles: 0, setups: 0 });
  });

  it('limits a queue by a key that expires, which lifts the limit when it is deleted', async () => {
    const worker = rig.worker(theirs());
    await worker.rateLimit(60_000);
    expect(await rig.redis.pttl(`${theirs().keyPrefix}limiter`)).toBeGreaterThan(50_000);
    await rig.redis.del(`${theirs().keyPrefix}limiter`);
    expect(await rig.queue(theirs()).getRateLimitTtl()).toBeLessThanOrEqual(0);
  });
});
