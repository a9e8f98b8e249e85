import { createSpamRecorder } from '@cio-fleet/spam-report';
import { uniqueWorkspace } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { runFleet } from './fixtures/run-fleet.ts';

const redisUrl = inject('redisUrl');
const env = { REDIS_URL: redisUrl };
const redis = new Redis(redisUrl);
beforeAll(() => redis.ping());
afterAll(() => redis.quit());

async function seeded(): Promise<string> {
  const workspace = uniqueWorkspace('abusers');
  const recorder = createSpamRecorder({ redis });
  recorder.count(workspace, 'key:acme/shop', { requests: 70, operations: 7_000, limited: 12 });
  for (let index = 0; index < 5; index += 1) recorder.event(workspace, 'key:acme/shop', 'Page\u001b[2J Viewed');
  recorder.count(workspace, 'key:acme/cron', { requests: 5, operations: 500 });
  recorder.count(workspace, 'address:203.0.113.9', { unauthorised: 150 });
  await recorder.flush();
  return workspace;
}

it('lists who is over a threshold, why, since when, how much and with which names, free of control characters', async () => {
  const { exitCode, stdout } = await runFleet(['abusers', '--workspace', await seeded()], { env });
  expect(exitCode).toBe(0);
  const [title, ...rows] = stdout.trim().split('\n');
  expect(title).toMatch(/^WHO +WHY +SINCE .* TOP NAMES$/);
  expect(rows).toHaveLength(2);
  expect(stdout).toMatch(/address 203\.0\.113\.9 +unauthorised .* ago .* 150/);
  expect(stdout).toMatch(/key acme\/shop +limited .* 7,000 .* 12 .*Viewed \(5\)/);
  expect(stdout).not.toContain('\u001b');
});

it('lists more with a lower threshold, as JSON for programs', async () => {
  const workspace = await seeded();
  const { stdout } = await runFleet(['abusers', '--workspace', workspace, '--over', '100', '--json'], { env });
  const { abusers } = JSON.parse(stdout) as { abusers: { subject: string; reasons: string[] }[] };
  expect(abusers.find(({ subject }) => subject === 'key:acme/cron')?.reasons).toEqual(['volume']);
  expect(abusers).toHaveLength(3);
});

it('says so where there is nobody', async () => {
  const { exitCode, stdout, stderr } = await runFleet(['abusers', '--workspace', uniqueWorkspace('none')], { env });
  expect([exitCode, stdout]).toEqual([0, '']);
  expect(stderr).toContain('nobody');
});
