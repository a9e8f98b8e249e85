import { deadLetterQueueName, erasureKey, queueKeyPrefix, ulidMs, workspaceKeys } from '@cio-fleet/contracts';
import { uniqueWorkspace } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { afterAll, expect, inject, it } from 'vitest';
import { forgetPacked } from './forget-packed.ts';

const redis = new Redis(inject('redisUrl'));
afterAll(() => redis.quit());

const event = (person: string, id: string) => ({
  id,
  at: ulidMs(id),
  op: { type: 'person', identifiers: { id: person }, action: 'event', name: `Seen by ${person}` },
});

async function setUp() {
  const workspace = uniqueWorkspace('packed');
  const prefix = queueKeyPrefix(workspace, deadLetterQueueName(workspace));
  const { ledger, deadLetterReasons } = workspaceKeys(workspace);
  const [before, mark, after] = ['01J1', '01J2', '01J3'].map((head) => head.padEnd(26, '0')) as [
    string,
    string,
    string,
  ];
  await redis.set(erasureKey(workspace, 'id:ada'), mark);
  let count = 0;
  const add = async (id: string, operations: readonly object[], set = 'failed') => {
    count += operations.length;
    const reason = { code: 'REJECTED', message: 'refused: Seen by ada', status: 400 };
    await redis.hset(`${prefix}${id}`, {
      data: JSON.stringify({ v: 1, operations, reason, deadLetteredAt: 7 }),
      ...{ failedReason: 'REJECTED: refused: Seen by ada', stacktrace: '["Seen by ada"]', 'cio:n': operations.length },
    });
    if (set === 'failed') await redis.zadd(`${prefix}failed`, 7, id);
    else await redis.rpush(`${prefix}${set}`, id);
    await redis.hset(ledger, 'dead-lettered', count);
    await redis.hset(deadLetterReasons, 'REJECTED', count);
  };
  const read = async (id: string) => JSON.stringify(await redis.hgetall(`${prefix}${id}`));
  return { workspace, prefix, ledger, deadLetterReasons, before, after, add, read };
}

it('takes an erased person out of a dead letter that others share, and the ledger moves with it', async () => {
  const { workspace, prefix, ledger, deadLetterReasons, before, after, add, read } = await setUp();
  await add('shared', [event('ada', before), event('bob', before), event('ada', before)]);
  await add('came-back', [event('ada', before), event('ada', after)]);
  await add('others', [event('bob', before), event('eve', before)]);
  await add('alone', [event('ada', before)]);
  expect(await forgetPacked(redis, workspace, ['id:ada', 'id:eve'])).toBe(3);
  expect(await read('shared')).not.toContain('ada');
  expect(JSON.parse((await redis.hget(`${prefix}shared`, 'data')) ?? '')).toMatchObject({
    ...{ v: 1, deadLetteredAt: 7, operations: [{ op: { identifiers: { id: 'bob' } } }] },
    reason: { code: 'REJECTED', status: 400 },
  });
  expect(await redis.hget(`${prefix}shared`, 'cio:n')).toBe('1');
  expect(await read('came-back')).toContain(after);
  expect(await read('came-back')).not.toContain(before);
  expect(await read('others')).toContain('refused');
  expect(await redis.hgetall(ledger)).toEqual({ 'dead-lettered': '5', erased: '3' });
  expect(await redis.hget(deadLetterReasons, 'REJECTED')).toBe('5');
  expect(await forgetPacked(redis, workspace, ['id:ada'])).toBe(0);
});

it('leaves a dead letter alone that is on its way, or whose person was not erased', async () => {
  const { workspace, before, add, read, ledger } = await setUp();
  await add('retried', [event('ada', before), event('bob', before)], 'wait');
  await add('owed', [event('bob', before), event('eve', before)]);
  expect(await forgetPacked(redis, workspace, ['id:ada', 'id:bob'])).toBe(0);
  expect(await read('retried')).toContain('ada');
  expect(await redis.hgetall(ledger)).toEqual({ 'dead-lettered': '4' });
});
