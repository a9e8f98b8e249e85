import { laneQueueName, newUlid, queueKeyPrefix, webhooksQueueName, workspaceKeys } from '@cio-fleet/contracts';
import { uniqueWorkspace } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { afterAll, expect, inject, it } from 'vitest';
import { forgetSettled } from './forget-settled.ts';
import { forgetWebhooks } from './forget-webhooks.ts';

const redis = new Redis(inject('redisUrl'));
afterAll(() => redis.quit());

const event = (identifiers: object, more: object = {}) => ({
  id: newUlid(),
  at: 1,
  op: { type: 'person', identifiers, action: 'event', name: 'Seen' },
  ...more,
});

async function setUp() {
  const workspace = uniqueWorkspace('forget');
  await redis.set(workspaceKeys(workspace).lanes, 2);
  const lane = queueKeyPrefix(workspace, laneQueueName(workspace, 1));
  const dataOf = (id: string) => redis.hget(`${lane}${id}`, 'data');
  const addJob = async (id: string, operations: readonly object[], isCompleted: boolean) => {
    await redis.hset(`${lane}${id}`, 'data', JSON.stringify({ v: 1, operations }), 'stacktrace', '["why"]');
    if (isCompleted) await redis.zadd(`${lane}completed`, 1, id);
    else await redis.rpush(`${lane}wait`, id);
  };
  return { workspace, addJob, dataOf, lane };
}

it('takes the data out of settled jobs of a person and of nobody in their sessions, and of no other', async () => {
  const { workspace, addJob, dataOf, lane } = await setUp();
  await addJob('theirs', [event({ id: 'bob' }), event({ id: 'ada' })], true);
  await addJob('session', [event({ anonymous_id: 'x' }, { sessionId: 's1' })], true);
  await addJob('other', [event({ id: 'bob' }, { sessionId: 's1' })], true);
  await addJob('odd', [{ op: 7 }, {}], true);
  await addJob('waiting', [event({ id: 'ada' })], false);
  expect(await forgetSettled(redis, workspace, { laneKeys: ['id:ada'], sessions: ['s1'] })).toBe(2);
  expect(await dataOf('theirs')).toBe('{"settled":2}');
  expect(await redis.hget(`${lane}theirs`, 'stacktrace')).toBeNull();
  expect(await dataOf('session')).toBe('{"settled":1}');
  expect(await dataOf('other')).toContain('bob');
  // It is still owed: the fence of the erasure decides, not we.
  expect(await dataOf('waiting')).toContain('ada');
});

it('removes webhooks about a person that nobody works on, also forwarded ones, and no other', async () => {
  const workspace = uniqueWorkspace('forget');
  const queue = queueKeyPrefix(workspace, webhooksQueueName(workspace));
  const about = (identifiers: object) => ({ v: 1, kind: 'event', event: { metric: 'opened', data: { identifiers } } });
  const jobs = {
    id: about({ id: 'ada' }),
    body: { v: 1, body: JSON.stringify(about({ email: 'Ada@Example.com', id: 'ada' })) },
    old: { event: { data: { customer_id: 'ada' } } },
    bob: about({ id: 'bob' }),
    taken: about({ id: 'ada' }),
  };
  for (const [id, data] of Object.entries(jobs)) await redis.hset(`${queue}${id}`, 'data', JSON.stringify(data));
  await redis.rpush(`${queue}wait`, 'id', 'bob');
  await redis.zadd(`${queue}failed`, 1, 'body');
  await redis.zadd(`${queue}completed`, 1, 'old');
  await redis.rpush(`${queue}active`, 'taken');
  expect(await forgetWebhooks(redis, workspace, 'ada')).toBe(3);
  expect(await redis.lrange(`${queue}wait`, 0, -1)).toEqual(['bob']);
  expect(await redis.exists(`${queue}id`, `${queue}body`, `${queue}old`)).toBe(0);
  expect(await redis.exists(`${queue}bob`, `${queue}taken`)).toBe(2);
  expect(await forgetWebhooks(redis, workspace, 'email:nobody@example.com')).toBe(0);
});
