import { createSpamRecorder } from '@cio-fleet/spam-report';
import { uniqueWorkspace } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { type RunningDashboard, runDashboard, VIEWER } from './support/dashboard.ts';
import { workspacesFile } from './support/workspaces-file.ts';

const redis = new Redis(inject('redisUrl'));
const spammed = uniqueWorkspace('spammed');
const quiet = uniqueWorkspace('quiet');
let dashboard: RunningDashboard;

beforeAll(async () => {
  await redis.ping();
  const recorder = createSpamRecorder({ redis });
  recorder.count(spammed, 'key:acme/shop', { requests: 5, operations: 1_234, limited: 7 });
  recorder.event(spammed, 'key:acme/shop', '<b>Viewed</b>');
  recorder.count(quiet, 'key:acme/cron', { requests: 1, operations: 1 });
  await recorder.flush();
  const file = workspacesFile(spammed, quiet);
  dashboard = await runDashboard({ REDIS_URL: inject('redisUrl'), CIO_FLEET_WORKSPACES: file });
});
afterAll(async () => {
  await dashboard.process.stop();
  await redis.quit();
});

it('shows who sends the gateway too much, and nothing where nobody does', async () => {
  const page = await (await dashboard.request('/', { as: VIEWER, headers: { accept: 'text/html' } })).text();
  expect(page.split('aria-label="Spam report"')).toHaveLength(3);
  expect(page).toContain('key acme/shop');
  expect(page).toContain('1,234');
  expect(page).toContain('&lt;b&gt;Viewed&lt;/b&gt; (1)');
});

it('tells programs the same', async () => {
  const answer = await (await dashboard.request('/', { as: VIEWER, headers: { accept: 'application/json' } })).json();
  const { workspaces } = answer as { workspaces: { workspace: string; abusers: { subject: string }[] }[] };
  expect(workspaces.find(({ workspace }) => workspace === spammed)?.abusers).toMatchObject([
    { subject: 'key:acme/shop' },
  ]);
  expect(workspaces.find(({ workspace }) => workspace === quiet)?.abusers).toEqual([]);
});
