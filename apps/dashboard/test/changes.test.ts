import { readdirSync, readFileSync } from 'node:fs';
import { queuePrefix } from '@cio-fleet/contracts';
import { uniqueWorkspace } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { CHANGES } from '../src/routing/changes.ts';
import { OPERATOR, type RunningDashboard, runDashboard, VIEWER } from './support/dashboard.ts';
import { seedDeadLetters, seedLanes, seedWorker } from './support/seed-fleet.ts';
import { workspacesFile } from './support/workspaces-file.ts';

const redis = new Redis(inject('redisUrl'), { maxRetriesPerRequest: null });
const workspace = uniqueWorkspace('changes');
const paths = Object.keys(CHANGES);
const form = { workspace, worker: 'w1', group: '0123456789abcdef', brake: 'b1' };
let dashboard: RunningDashboard;

beforeAll(async () => {
  await seedLanes(redis, workspace, 2, 3);
  await seedWorker(redis, workspace, 'w1');
  await seedDeadLetters(redis, workspace, 5);
  dashboard = await runDashboard({ REDIS_URL: inject('redisUrl'), CIO_FLEET_WORKSPACES: workspacesFile(workspace) });
});
afterAll(async () => {
  await dashboard.process.stop();
  await redis.quit();
});

async function snapshot(): Promise<string> {
  const keys = (await redis.keys(`${queuePrefix(workspace)}:*`)).sort();
  const dumps = await Promise.all(keys.map((key) => redis.dumpBuffer(key)));
  return keys.map((key, index) => `${key}=${dumps[index]?.toString('base64')}`).join('\n');
}

it('every change of the pages is refused to a viewer, in words and as JSON, and nothing changes', async () => {
  const before = await snapshot();
  for (const path of paths) {
    const page = await dashboard.request(path, { as: VIEWER, method: 'POST', form });
    expect([page.status, await page.text()], path).toEqual([403, expect.stringContaining('Your role is viewer')]);
    const headers = { accept: 'application/json' };
    const json = await dashboard.request(path, { as: VIEWER, method: 'POST', form, headers });
    expect([json.status, await json.json()], path).toMatchObject([403, { error: { code: 'FORBIDDEN' } }]);
  }
  expect(await snapshot()).toBe(before);
});

it('every change of the pages is refused to another site, and to who is not signed in', async () => {
  const before = await snapshot();
  for (const path of paths) {
    for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }]) {
      const forged = await dashboard.request(path, { as: OPERATOR, method: 'POST', form, headers });
      expect(forged.status, path).toBe(403);
    }
    expect((await dashboard.request(path, { method: 'POST', form })).status, path).toBe(401);
  }
  expect(await snapshot()).toBe(before);
});

it('a change without its workspace, or of one that is not here, changes nothing', async () => {
  const before = await snapshot();
  for (const path of paths) {
    for (const wrong of [{}, { workspace: 'mars' }]) {
      const answer = await dashboard.request(path, { as: OPERATOR, method: 'POST', form: wrong });
      expect(answer.status, path).toBe(404);
    }
  }
  expect(await snapshot()).toBe(before);
});

it('no change is made by looking', async () => {
  for (const path of paths) {
    const answer = await dashboard.request(`${path}?workspace=${workspace}`, { as: OPERATOR });
    expect(path === '/redrive' ? [200] : [404], path).toContain(answer.status);
  }
});

it('nothing but the list of changes, and Bull Board, takes anything but GET', () => {
  const source = new URL('../src/', import.meta.url);
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const found = files.filter((name) =>
    /\.(post|put|patch|delete|all)\(\s*[`'"/]|\.(post|put|patch|all)\(path/.test(
      readFileSync(new URL(name, source), 'utf8'),
    ),
  );
  expect(found.sort()).toEqual(['dashboard.ts', 'routing/mount-routes.ts']);
  expect(readFileSync(new URL('dashboard.ts', source), 'utf8').match(/app\.(post|put|patch|delete|all)\(/g)).toEqual([
    'app.put(',
  ]);
});
