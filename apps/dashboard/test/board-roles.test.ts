import { createRequire } from 'node:module';
import {
  deadLetterQueueName,
  fallbackQueueName,
  laneQueueName,
  queuePrefix,
  workspaceKeys,
} from '@cio-fleet/contracts';
import { uniqueWorkspace, waitFor } from '@cio-fleet/testkit';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { BOARD_ACTIONS } from '../src/board/board-action.ts';
import { OPERATOR, type RunningDashboard, runDashboard, VIEWER } from './support/dashboard.ts';
import { redrivenIds, seedDeadLetters, seedLanes, seedWorker, ulid } from './support/seed-fleet.ts';
import { workspacesFile } from './support/workspaces-file.ts';

interface BoardRoute {
  readonly method: string;
  readonly route: string;
}

const require = createRequire(import.meta.url);
const { appRoutes } = require('@bull-board/api/dist/routes.js') as { appRoutes: { api: readonly BoardRoute[] } };

const redis = new Redis(inject('redisUrl'), { maxRetriesPerRequest: null });
const workspace = uniqueWorkspace('roles');
const lane = laneQueueName(workspace, 0);
const fallback = fallbackQueueName(workspace);
const deadLetter = deadLetterQueueName(workspace);
let dashboard: RunningDashboard;

beforeAll(async () => {
  await seedLanes(redis, workspace, 2, 3);
  await seedWorker(redis, workspace, 'w1');
  await seedDeadLetters(redis, workspace, 120);
  dashboard = await runDashboard({
    REDIS_URL: inject('redisUrl'),
    CIO_FLEET_WORKSPACES: workspacesFile(workspace),
    DASHBOARD_REDRIVE_PER_SECOND: '10000',
  });
});
afterAll(async () => {
  expect(await dashboard.process.stop()).toBe(0);
  await redis.quit();
});

const changes = appRoutes.api.filter(({ method }) => method !== 'get');
const reads = appRoutes.api.filter(({ method }) => method === 'get');

function pathOf(route: string, queue: string): string {
  return route
    .replace(':queueName', queue)
    .replace(':queueStatus', 'completed')
    .replace(':jobId', ulid(0))
    .replace(':schedulerId', 'none');
}

function send({ method, route }: BoardRoute, queue: string, as = OPERATOR) {
  const json =
    method === 'get' ? {} : { json: { concurrency: 5, max: 1, duration: 1, name: 'x', data: {}, options: {} } };
  return dashboard.request(`/queues${pathOf(route, queue)}`, { as, method: method.toUpperCase(), ...json });
}

/** Everything in Redis about the queues, so that a test can tell that nothing changed. */
async function snapshot(): Promise<string> {
  const keys = (await redis.keys(`${queuePrefix(workspace)}:*`)).filter((key) => !key.endsWith(':audit')).sort();
  const dumps = await Promise.all(keys.map((key) => redis.dumpBuffer(key)));
  return keys.map((key, index) => `${key}=${dumps[index]?.toString('base64')}`).join('\n');
}

describe('Bull Board', () => {
  it('has no change that our policy does not know', () => {
    expect(changes.map(({ method, route }) => `${method} ${route}`).sort()).toEqual(Object.keys(BOARD_ACTIONS).sort());
  });

  it('lets a viewer read everything', async () => {
    for (const route of reads) {
      const { status } = await send(route, lane, VIEWER);
      // Details of Redis and of its clients are hidden from everybody; the job of the path may not be in this queue.
      const isHidden = route.route === '/api/redis/stats' || route.route.endsWith('/workers');
      const expected = isHidden ? [403] : [200, 404];
      expect(expected, route.route).toContain(status);
    }
  });

  it.each([
    ['a lane', lane],
    ['fallback', fallback],
    ['dead letters', deadLetter],
  ])('refuses a viewer every change on %s, and nothing changes', async (_name, queue) => {
    const before = await snapshot();
    for (const route of changes) {
      const response = await send(route, queue, VIEWER);
      expect(response.status, route.route).toBe(403);
      expect((await response.json()) as object).toMatchObject({ message: expect.stringContaining('viewer') });
    }
    expect(await snapshot()).toBe(before);
  });

  it.each([
    ['a lane', lane],
    ['fallback', fallback],
    ['dead letters', deadLetter],
  ])('refuses an operator whatever breaks %s, and nothing changes', async (_name, queue) => {
    const before = await snapshot();
    const allowed = ['/pause', '/resume', '/release'];
    for (const route of changes.filter((change) => !allowed.some((end) => change.route.endsWith(end)))) {
      const response = await send(route, queue);
      expect(response.status, route.route).toBe(403);
      expect((await response.json()) as object).toMatchObject({ message: expect.stringMatching(/^Refused: /) });
    }
    expect(await snapshot()).toBe(before);
  });

  it('refuses a job or queue name that hides in the path', async () => {
    for (const path of ['%2e%2e', `${lane}%2f..`, 'none', '__proto__']) {
      const response = await dashboard.request(`/queues/api/queues/${path}/obliterate`, {
        as: OPERATOR,
        method: 'PUT',
        json: {},
      });
      expect([403, 404], path).toContain(response.status);
    }
  });

  it('lets an operator pause a lane, resume it and release its rate limit, and keeps who did it', async () => {
    const queue = new Queue(lane, { connection: redis, prefix: queuePrefix(workspace) });
    const put = (path: string) =>
      dashboard.request(`/queues/api/queues/${lane}/${path}`, { as: OPERATOR, method: 'PUT', json: {} });
    expect((await put('pause')).status).toBe(200);
    expect(await queue.isPaused()).toBe(true);
    expect((await put('resume')).status).toBe(200);
    expect(await queue.isPaused()).toBe(false);
    await queue.rateLimit(60_000);
    expect((await put('rate-limit/release')).status).toBe(200);
    expect(await redis.exists(`${queuePrefix(workspace)}:${lane}:limiter`)).toBe(0);
    await queue.close();
    const entries = (await auditEntries()).map(({ user, role, action, queue: name, result }) => [
      user,
      role,
      action,
      name,
      result,
    ]);
    expect(entries.slice(-3)).toEqual([
      ['otto', 'operator', 'pause', lane, 'ok'],
      ['otto', 'operator', 'resume', lane, 'ok'],
      ['otto', 'operator', 'release-rate-limit', lane, 'ok'],
    ]);
  });

  it('lets an operator pause and resume the whole board, and a viewer not', async () => {
    const put = (path: string, as = OPERATOR) =>
      dashboard.request(`/queues/api/queues/${path}`, { as, method: 'PUT', json: {} });
    const isPaused = async () => (await redis.hexists(`${queuePrefix(workspace)}:${fallback}:meta`, 'paused')) === 1;
    expect((await put('pause', VIEWER)).status).toBe(403);
    expect(await isPaused()).toBe(false);
    expect((await put('pause')).status).toBe(200);
    expect(await isPaused()).toBe(true);
    expect((await put('resume')).status).toBe(200);
    expect(await isPaused()).toBe(false);
    expect((await auditEntries()).slice(-2)).toMatchObject([{ action: 'pause-all' }, { action: 'resume-all' }]);
  });

  it('redrives one dead letter by its own Retry, once', async () => {
    const path = `/queues/api/queues/${deadLetter}/${ulid(7)}-0/retry`;
    expect((await dashboard.request(path, { as: OPERATOR, method: 'PUT', json: {} })).status).toBe(204);
    expect(await redrivenIds(redis, workspace)).toEqual([`${ulid(7)}-0`]);
    expect((await dashboard.request(path, { as: OPERATOR, method: 'PUT', json: {} })).status).toBe(403);
    expect((await auditEntries()).at(-1)).toMatchObject({
      action: 'retry',
      queue: deadLetter,
      job: `${ulid(7)}-0`,
      result: 'ok',
    });
  });

  it('redrives all dead letters by Retry all, oldest first, in the background', async () => {
    const path = `/queues/api/queues/${deadLetter}/retry/failed`;
    expect((await dashboard.request(path, { as: VIEWER, method: 'PUT', json: {} })).status).toBe(403);
    const response = await dashboard.request(path, { as: OPERATOR, method: 'PUT', json: {} });
    expect([response.status, await response.json()]).toEqual([200, { retried: 119, skipped: 0 }]);
    await waitFor(async () => (await redrivenIds(redis, workspace)).length === 120);
    const rest = Array.from({ length: 120 }, (_, index) => index).filter((index) => index !== 7);
    expect(await redrivenIds(redis, workspace)).toEqual([7, ...rest].map((index) => `${ulid(index)}-0`));
    await waitFor(async () => (await auditEntries()).at(-1)?.action === 'redrive-end');
    expect((await auditEntries()).slice(-2)).toMatchObject([
      { user: 'otto', action: 'redrive', queue: deadLetter, result: 'started' },
      { user: 'otto', action: 'redrive-end', queue: deadLetter, result: 'done: 119 redriven, 0 gone' },
    ]);
  });

  it('does not believe an identity that the client sends', async () => {
    const identity = encodeURIComponent(JSON.stringify({ user: 'mallory', role: 'operator' }));
    const headers = { 'x-cio-fleet-identity': identity };
    const response = await dashboard.request(`/queues/api/queues/${lane}/pause`, {
      as: VIEWER,
      method: 'PUT',
      headers,
      json: {},
    });
    expect(response.status).toBe(403);
  });

  it('asks no one else for fonts, and may be framed by nobody', async () => {
    const response = await dashboard.request('/queues/', { as: VIEWER });
    expect(await response.text()).not.toContain('fonts.googleapis');
    expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('x-powered-by')).toBeNull();
    expect(response.headers.get('x-frame-options')).toBe('DENY');
  });
});

async function auditEntries(): Promise<readonly Record<string, string>[]> {
  const entries = await redis.xrange(workspaceKeys(workspace).audit, '-', '+');
  return entries.map(([, fields]) =>
    Object.fromEntries(
      Array.from({ length: fields.length / 2 }, (_, index) => [fields[index * 2], fields[index * 2 + 1]]),
    ),
  );
}
