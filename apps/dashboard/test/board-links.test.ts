import { deadLetterQueueName, queuePrefix, webhookForwardQueueName } from '@cio-fleet/contracts';
import { uniqueWorkspace, waitFor } from '@cio-fleet/testkit';
import { Queue, UnrecoverableError, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { OPERATOR, type RunningDashboard, runDashboard, VIEWER } from './support/dashboard.ts';
import { seedDeadLetters, seedLanes, ulid } from './support/seed-fleet.ts';
import { workspacesFile } from './support/workspaces-file.ts';

const redis = new Redis(inject('redisUrl'), { maxRetriesPerRequest: null });
const workspace = uniqueWorkspace('links');
const forward = webhookForwardQueueName(workspace);
const prefix = queuePrefix(workspace);
let dashboard: RunningDashboard;

beforeAll(async () => {
  await seedLanes(redis, workspace, 1);
  await seedDeadLetters(redis, workspace, 1);
  const queue = new Queue(forward, { connection: redis, prefix });
  await queue.add('opened', { v: 1 }, { jobId: 'w-1', attempts: 1 });
  const worker = new Worker(
    forward,
    () => {
      throw new UnrecoverableError('HTTP 410');
    },
    { connection: redis.duplicate({ maxRetriesPerRequest: null }), prefix },
  );
  await waitFor(async () => (await queue.getFailedCount()) === 1);
  await worker.close();
  await queue.close();
  dashboard = await runDashboard({ REDIS_URL: inject('redisUrl'), CIO_FLEET_WORKSPACES: workspacesFile(workspace) });
});
afterAll(async () => {
  await dashboard.process.stop();
  await redis.quit();
});

it('a job on the board leads to the life of its operation', async () => {
  const query = new URLSearchParams({ activeQueue: deadLetterQueueName(workspace), status: 'failed' });
  const answer = await (await dashboard.request(`/queues/api/queues?${query}`, { as: VIEWER })).text();
  expect(answer).toContain(`/person?workspace=${workspace}&q=${ulid(0)}&by=operation`);
});

it('webhooks that could not be forwarded are on the board, and an operator may send them again', async () => {
  const query = new URLSearchParams({ activeQueue: forward, status: 'failed' });
  expect(await (await dashboard.request(`/queues/api/queues?${query}`, { as: VIEWER })).text()).toContain('HTTP 410');
  const put = (as: typeof VIEWER, path: string) => dashboard.request(path, { as, method: 'PUT', json: {} });
  const path = `/queues/api/queues/${forward}/w-1/retry`;
  expect((await put(VIEWER, path)).status).toBe(403);
  expect((await put(OPERATOR, path)).status).toBeLessThan(300);
  expect(await redis.lrange(`${prefix}:${forward}:wait`, 0, -1)).toEqual(['w-1']);
});
