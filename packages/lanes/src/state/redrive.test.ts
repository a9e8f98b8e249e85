import {
  type DeadLetterJobData,
  deadLetterQueueName,
  newUlid,
  queueKeyPrefix,
  queuePrefix,
} from '@cio-fleet/contracts';
import { uniqueWorkspace } from '@cio-fleet/testkit';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { listDeadLetters } from './dead-letters.ts';
import { redriveDeadLetters } from './redrive.ts';

const redis = new Redis(inject('redisUrl'), { maxRetriesPerRequest: null });
afterAll(() => redis.quit());

interface Seed {
  readonly id: string;
  readonly person: string;
  readonly reason: string;
  readonly at: number;
}

/** Dead letters at rest, with the very fields that BullMQ gives a failed job. */
async function seed(workspace: string, seeds: readonly Seed[]): Promise<string> {
  const name = deadLetterQueueName(workspace);
  const prefix = queueKeyPrefix(workspace, name);
  const queue = new Queue(name, { connection: redis, prefix: queuePrefix(workspace) });
  await queue.addBulk(
    seeds.map(({ id, person, reason, at }) => {
      const op = { type: 'person', identifiers: { id: person }, action: 'event', name: 'bought' } as const;
      const data: DeadLetterJobData = {
        v: 1,
        operations: [{ id, at, op }],
        reason: { code: reason, message: 'refused' },
        deadLetteredAt: at,
      };
      return { name: 'track', data, opts: { jobId: `${id}-0`, timestamp: at } };
    }),
  );
  const batch = redis.pipeline().del(`${prefix}wait`);
  for (const { id, at } of seeds) {
    batch.zadd(`${prefix}failed`, at, `${id}-0`).hset(`${prefix}${id}-0`, { atm: 1, failedReason: 'refused' });
  }
  await batch.exec();
  await queue.close();
  return prefix;
}

const seeds = (count: number, at: (index: number) => number): Seed[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `01J${String(index).padStart(23, '0')}`,
    person: String(index % 3),
    reason: index % 2 === 0 ? 'REJECTED' : 'EXPIRED',
    at: at(index),
  }));

describe('a redrive', () => {
  it('puts dead letters back in the order accepted, whenever they came to rest', async () => {
    const workspace = uniqueWorkspace('redrive');
    const all = seeds(230, (index) => 1000 + ((index * 7) % 5));
    const prefix = await seed(workspace, [...all].reverse());
    const result = await redriveDeadLetters({ redis, workspace, ratePerSecond: 100_000 });
    expect(result).toEqual({ matched: 230, operations: 230, redriven: 230, gone: 0, unreadable: 0 });
    const waiting = await redis.lrange(`${prefix}wait`, 0, -1);
    expect(waiting.reverse()).toEqual(all.map(({ id }) => `${id}-0`));
    expect(await redis.hget(`${prefix}${all[0]?.id}-0`, 'atm')).toBe('1');
  });

  it('only counts on a dry run', async () => {
    const workspace = uniqueWorkspace('dry');
    const prefix = await seed(
      workspace,
      seeds(10, () => 5),
    );
    const filter = { reason: 'REJECTED', person: '0' };
    const result = await redriveDeadLetters({ redis, workspace, filter, dryRun: true });
    expect(result).toMatchObject({ matched: 2, operations: 2, redriven: 0 });
    expect(await redis.zcard(`${prefix}failed`)).toBe(10);
  });

  it('redrives what the filter means and leaves the rest', async () => {
    const workspace = uniqueWorkspace('filter');
    const prefix = await seed(
      workspace,
      seeds(10, (index) => index),
    );
    const filter = { reason: 'EXPIRED', since: 3, until: 8 };
    expect(await redriveDeadLetters({ redis, workspace, filter, ratePerSecond: 1000 })).toMatchObject({ redriven: 3 });
    expect(await redis.zcard(`${prefix}failed`)).toBe(7);
  });

  it('run twice at once redrives nothing twice', async () => {
    const workspace = uniqueWorkspace('twice');
    const prefix = await seed(
      workspace,
      seeds(100, (index) => index),
    );
    const results = await Promise.all([
      redriveDeadLetters({ redis, workspace, ratePerSecond: 100_000 }),
      redriveDeadLetters({ redis, workspace, ratePerSecond: 100_000 }),
    ]);
    expect(results[0].redriven + results[1].redriven).toBe(100);
    expect(new Set(await redis.lrange(`${prefix}wait`, 0, -1)).size).toBe(100);
    expect(await redis.llen(`${prefix}wait`)).toBe(100);
  });

  it('leaves alone what comes to rest after it started', async () => {
    const workspace = uniqueWorkspace('later');
    const prefix = await seed(
      workspace,
      seeds(60, (index) => index),
    );
    let added = false;
    const result = await redriveDeadLetters({
      redis,
      workspace,
      ratePerSecond: 100_000,
      onProgress: () => {
        if (added) return;
        added = true;
        void redis.zadd(`${prefix}failed`, '1000000', 'late-1');
      },
    });
    expect(result.redriven).toBe(60);
    expect(await redis.zrange(`${prefix}failed`, '0', '-1')).toEqual(['late-1']);
  });

  it('keeps its pace, and stops at once when it is told to', async () => {
    const workspace = uniqueWorkspace('pace');
    await seed(
      workspace,
      seeds(50, (index) => index),
    );
    const abort = new AbortController();
    const startedMs = performance.now();
    const result = await redriveDeadLetters({
      redis,
      workspace,
      ratePerSecond: 20,
      signal: abort.signal,
      onProgress: ({ redriven }) => {
        if (redriven === 5) abort.abort();
      },
    });
    expect(result.redriven).toBe(5);
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(195);
  });

  it('skips a dead letter that holds nothing to send', async () => {
    const workspace = uniqueWorkspace('unreadable');
    const prefix = await seed(
      workspace,
      seeds(1, () => 1),
    );
    await redis.hset(`${prefix}junk`, { name: 'unreadable', data: '{"unreadable":"x"}', timestamp: '1', opts: '{}' });
    await redis.zadd(`${prefix}failed`, 0, 'junk');
    expect(await redriveDeadLetters({ redis, workspace })).toMatchObject({ matched: 2, redriven: 1, unreadable: 1 });
  });

  it('of an empty queue does nothing', async () => {
    expect(await redriveDeadLetters({ redis, workspace: uniqueWorkspace('none') })).toMatchObject({ matched: 0 });
  });
});

describe('a list of dead letters', () => {
  it.each(['oldest-first', 'newest-first'] as const)('is paged %s without gaps or repeats', async (order) => {
    const workspace = uniqueWorkspace('list');
    const all = seeds(25, (index) => Math.floor(index / 7));
    await seed(workspace, all);
    const seen: string[] = [];
    let after: { score: number; id: string } | undefined;
    do {
      const page = await listDeadLetters({ redis, workspace, order, limit: 4, ...(after ? { after } : {}) });
      seen.push(...page.deadLetters.map(({ id }) => id));
      after = page.next;
    } while (after !== undefined);
    const expected = all.map(({ id }) => `${id}-0`);
    expect(seen).toEqual(order === 'oldest-first' ? expected : expected.reverse());
  });

  it('tells reason, verb, person and time of each', async () => {
    const workspace = uniqueWorkspace('fields');
    const id = newUlid();
    await seed(workspace, [{ id, person: 'ada', reason: 'EXPIRED', at: 77 }]);
    const { deadLetters } = await listDeadLetters({ redis, workspace, filter: { reason: 'EXPIRED' } });
    expect(deadLetters).toMatchObject([
      { id: `${id}-0`, name: 'track', reason: { code: 'EXPIRED' }, persons: ['id:ada'], verbs: ['track'], at: 77 },
    ]);
  });
});
