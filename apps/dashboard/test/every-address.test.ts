import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { queuePrefix } from '@cio-fleet/contracts';
import type { Service } from '@cio-fleet/lifecycle';
import { uniqueWorkspace } from '@cio-fleet/testkit';
import type { Application } from 'express';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { readDashboardConfig } from '../src/config.ts';
import { createDashboard } from '../src/dashboard.ts';
import { CHANGES } from '../src/routing/changes.ts';
import { basic, OPERATOR, USERS, VIEWER } from './support/dashboard.ts';
import { layersOf, type Route, routesOf } from './support/routes-of.ts';
import { seedDeadLetters, seedLanes, seedWorker, ulid } from './support/seed-fleet.ts';
import { workspacesFile } from './support/workspaces-file.ts';

const OPEN_TO_ALL = ['/health/customerio', '/livez', '/metrics', '/readyz'];
const require = createRequire(import.meta.url);
const { appRoutes } = require('@bull-board/api/dist/routes.js') as {
  appRoutes: { api: readonly { readonly method: string; readonly route: string }[] };
};
const redis = new Redis(inject('redisUrl'), { maxRetriesPerRequest: null });
const workspace = uniqueWorkspace('every-address');
const silent = { trace() {}, debug() {}, info() {}, warn() {}, error() {}, fatal() {} };
let services: readonly Service[];
let app: Application;
let url: string;
let routes: readonly Route[];

beforeAll(async () => {
  await seedLanes(redis, workspace, 2, 3);
  await seedWorker(redis, workspace, 'w1');
  await seedDeadLetters(redis, workspace, 5);
  const read = readDashboardConfig({
    REDIS_URL: inject('redisUrl'),
    CIO_FLEET_WORKSPACES: workspacesFile(workspace),
    DASHBOARD_USERS: USERS,
    DASHBOARD_PORT: '0',
  });
  if (!read.ok) throw new Error(read.problems.join('\n'));
  // In this process, so that its routes can be walked: a list by hand would be forgotten.
  const dashboard = createDashboard(read.config, silent as never, '0.0.0');
  ({ services, app } = dashboard);
  for (const each of services) await each.start();
  url = dashboard.http.url ?? '';
  const ofBoard = appRoutes.api.map(({ method, route }) => ({
    method: method.toUpperCase(),
    path: `/queues${route}`,
  }));
  routes = [...routesOf(layersOf(app)), ...ofBoard, { method: 'GET', path: '/queues/' }];
});
afterAll(async () => {
  for (const each of services.toReversed()) await each.stop();
  await redis.quit();
});

const at = (path: string) =>
  path
    .replace(':queueName', `${workspace}.dead-letter`)
    .replace(':queueStatus', 'failed')
    .replace(':jobId', `${ulid(0)}-0`)
    .replace(':schedulerId', 'none');

const ask = ({ method, path }: Route, headers: Readonly<Record<string, string>>) =>
  fetch(`${url}${at(path)}`, {
    method,
    headers,
    redirect: 'manual',
    ...(method === 'GET' ? {} : { body: new URLSearchParams({ workspace, worker: 'w1', group: '0123456789abcdef' }) }),
  });

async function snapshot(): Promise<string> {
  const keys = (await redis.keys(`${queuePrefix(workspace)}:*`)).sort();
  const dumps = await Promise.all(keys.map((key) => redis.dumpBuffer(key)));
  return keys.map((key, index) => `${key}=${dumps[index]?.toString('base64')}`).join('\n');
}

const isChange = ({ method }: Route) => !['GET', 'HEAD'].includes(method);

it('everything that has a route comes behind the guard', () => {
  const layers = layersOf(app);
  const guard = layers.findIndex(({ name }) => name === 'guard');
  // Before it: the operations endpoints, and the headers of every answer.
  expect(guard).toBe(2);
  expect(routesOf(layers.slice(0, guard))).toEqual([]);
  expect(routes.length).toBeGreaterThan(60);
});

it('every route asks who comes, for every method', async () => {
  for (const { path } of routes) {
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
      const answer = await ask({ method, path }, { 'sec-fetch-site': 'same-origin' });
      expect([answer.status, await answer.text()], `${method} ${path}`).toEqual([
        401,
        expect.not.stringContaining('<'),
      ]);
    }
  }
});

it('of all addresses that the sources name, four alone need no sign-in, and those tell of no person', async () => {
  const folders = ['../src/', '../public/', '../../../packages/lifecycle/src/'].map(
    (each) => new URL(each, import.meta.url),
  );
  const named = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(ts|js|css)$/.test(name))
      .flatMap((name) => [...readFileSync(new URL(name, folder), 'utf8').matchAll(/['"`](\/[a-z][^'"`\s$?]*)/gi)])
      .map(([, path = '']) => path),
  );
  const open: string[] = [];
  for (const path of new Set(named)) {
    const answer = await ask({ method: 'GET', path }, {});
    if (answer.status === 401) continue;
    open.push(path);
    expect(await answer.text(), path).not.toMatch(new RegExp(`${ulid(0)}|"id:`));
  }
  expect(open.sort()).toEqual(OPEN_TO_ALL);
});

it('a viewer can change nothing by any route', async () => {
  const before = await snapshot();
  const changes = routes.filter(isChange);
  expect(changes.map(({ path }) => path)).toEqual(expect.arrayContaining(Object.keys(CHANGES)));
  for (const change of changes) {
    const answer = await ask(change, { authorization: basic(VIEWER), 'sec-fetch-site': 'same-origin' });
    expect(answer.status, `${change.method} ${change.path}`).toBe(403);
  }
  expect(await snapshot()).toBe(before);
});

it('another site can change nothing by any route, in whoever’s name', async () => {
  const before = await snapshot();
  for (const change of routes.filter(isChange)) {
    for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.example' }, {}]) {
      const answer = await ask(change, { authorization: basic(OPERATOR), ...headers } as Record<string, string>);
      expect(answer.status, `${change.method} ${change.path}`).toBe(403);
    }
  }
  expect(await snapshot()).toBe(before);
});

it('every answer forbids scripts and styles that are not files of ours, frames, and caches', async () => {
  for (const { method, path } of routes.filter((route) => route.method === 'GET' && !route.path.startsWith('/live/'))) {
    const { headers } = await ask({ method, path }, { authorization: basic(VIEWER) });
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy, path).toContain("default-src 'none';script-src 'self';");
    expect(policy, path).toContain("frame-ancestors 'none'");
    if (!path.startsWith('/queues')) expect(policy, path).not.toContain('unsafe');
    expect(headers.get('cache-control'), path).toContain('no-store');
  }
});
