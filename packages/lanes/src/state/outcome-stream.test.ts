import { outcomesKey } from '@cio-fleet/contracts';
import { uniqueWorkspace } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { afterAll, expect, inject, it } from 'vitest';
import { appendOutcomes, type LiveOutcome, readLatestOutcomes, readOutcomesAfter } from './outcome-stream.ts';

const redis = new Redis(inject('redisUrl'));
afterAll(() => redis.quit());

const outcome = (n: number): LiveOutcome => ({ time: n, outcome: 'delivered', operationId: `op${n}`, action: 'track' });

it('gives the newest first, or what came after a place, oldest first', async () => {
  const workspace = uniqueWorkspace('outcomes');
  await appendOutcomes(redis, workspace, [{ ...outcome(1), person: 'id:1', status: 200 }, outcome(2), outcome(3)]);
  const latest = await readLatestOutcomes(redis, workspace, 2);
  expect(latest.map(({ operationId }) => operationId)).toEqual(['op3', 'op2']);
  const { outcomes, lastId } = await readOutcomesAfter(redis, workspace, '0-0', 1);
  expect(outcomes).toEqual([{ id: lastId, ...outcome(1), person: 'id:1', status: 200 }]);
  const after = await readOutcomesAfter(redis, workspace, lastId, 10);
  expect(after.outcomes.map(({ operationId }) => operationId)).toEqual(['op2', 'op3']);
});

it('passes over what it cannot read, and stays capped', async () => {
  const workspace = uniqueWorkspace('outcomes');
  await redis.xadd(outcomesKey(workspace), '*', 'o', 'not json');
  await redis.xadd(outcomesKey(workspace), '*', 'other', '{}');
  const unreadable = await readOutcomesAfter(redis, workspace, '0-0', 2);
  expect(unreadable).toEqual({ outcomes: [], lastId: expect.not.stringMatching(/^0-0$/) });
  await appendOutcomes(
    redis,
    workspace,
    Array.from({ length: 11_000 }, (_, n) => outcome(n)),
  );
  expect((await readOutcomesAfter(redis, workspace, unreadable.lastId, 2)).outcomes).toHaveLength(2);
  expect(await redis.xlen(outcomesKey(workspace))).toBeLessThan(10_400);
});
