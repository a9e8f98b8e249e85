import { gatewayReportKey } from '@cio-fleet/contracts';
import { uniqueWorkspace, waitFor } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { createSpamRecorder, findAbusers, readSpamReport } from '../src/index.ts';

const redis = new Redis(inject('redisUrl'));
beforeAll(() => redis.ping());
afterAll(() => redis.quit());

const MINUTE_MS = 60_000;
const START_MS = 30_000_000 * MINUTE_MS;

function setUp() {
  const clock = { nowMs: START_MS };
  const recorder = createSpamRecorder({ redis, now: () => clock.nowMs });
  return { workspace: uniqueWorkspace('spam'), clock, recorder };
}

it('adds up what several gateways write, minute by minute, with the top names', async () => {
  const { workspace, clock, recorder } = setUp();
  const other = createSpamRecorder({ redis, now: () => clock.nowMs });
  for (const one of [recorder, other]) {
    one.count(workspace, 'key:acme/shop', { requests: 2, operations: 10, limited: 1 });
    for (let index = 0; index < 10; index += 1) one.event(workspace, 'key:acme/shop', index < 7 ? 'Viewed' : 'Bought');
    await one.flush();
  }
  clock.nowMs += 2 * MINUTE_MS;
  recorder.count(workspace, 'key:acme/shop', { operations: 5 });
  await recorder.flush();

  const report = await readSpamReport(redis, workspace, { windowMs: 15 * MINUTE_MS, nowMs: clock.nowMs });
  expect(report.subjects).toEqual([
    {
      subject: 'key:acme/shop',
      pieces: [
        { startMs: START_MS, counts: { requests: 4, operations: 20, refused: 0, limited: 2, unauthorised: 0 } },
        { startMs: clock.nowMs, counts: { requests: 0, operations: 5, refused: 0, limited: 0, unauthorised: 0 } },
      ],
      names: [
        { name: 'Viewed', count: 14 },
        { name: 'Bought', count: 6 },
      ],
    },
  ]);
  expect(findAbusers(report)).toMatchObject([{ sinceMs: START_MS, reasons: ['limited'] }]);
});

it('reads longer windows by the hour, and forgets what is older', async () => {
  const { workspace, clock, recorder } = setUp();
  recorder.count(workspace, 'address:10.0.0.1', { unauthorised: 7 });
  await recorder.flush();
  clock.nowMs += 2 * 60 * MINUTE_MS;
  const read = (windowMs: number) => readSpamReport(redis, workspace, { windowMs, nowMs: clock.nowMs });
  expect((await read(24 * 60 * MINUTE_MS)).subjects).toMatchObject([{ pieces: [{ counts: { unauthorised: 7 } }] }]);
  expect((await read(60 * MINUTE_MS)).subjects).toEqual([]);
  expect(await redis.ttl(gatewayReportKey(workspace, `m${START_MS / MINUTE_MS}`))).toBeGreaterThan(3_600);
});

it('passes over fields that are none of its own', async () => {
  const { workspace, clock } = setUp();
  const key = gatewayReportKey(workspace, `m${START_MS / MINUTE_MS}`);
  await redis.hset(key, { 'not json': 1, '["key:a","other"]': 1, '["x:a","limited"]': 1, '["key:a","limited"]': 'x' });
  const report = await readSpamReport(redis, workspace, { windowMs: MINUTE_MS, nowMs: clock.nowMs });
  expect(report.subjects).toEqual([]);
});

it('writes by itself while it runs, and what is left when it stops', async () => {
  const workspace = uniqueWorkspace('spam');
  const recorder = createSpamRecorder({ redis, flushMs: 10 });
  const operations = async () => {
    const { subjects } = await readSpamReport(redis, workspace, { windowMs: 10 * MINUTE_MS });
    return subjects.flatMap(({ pieces }) => pieces).reduce((sum, { counts }) => sum + counts.operations, 0);
  };
  await recorder.start();
  recorder.count(workspace, 'key:a/a', { operations: 1 });
  await waitFor(async () => (await operations()) === 1, { timeoutMs: 30_000, description: 'the report to be written' });
  await recorder.stop();
  recorder.count(workspace, 'key:a/a', { operations: 1 });
  await recorder.start();
  await recorder.stop();
  expect(await operations()).toBe(2);
});

it('counts a bounded number of subjects, and shortens names', async () => {
  const { workspace, clock, recorder } = setUp();
  for (let index = 0; index < 5_000; index += 1) recorder.count(workspace, `address:${index}`, { unauthorised: 1 });
  recorder.event(workspace, 'address:1', 'x'.repeat(10_000));
  await recorder.flush();
  const report = await readSpamReport(redis, workspace, { windowMs: MINUTE_MS, nowMs: clock.nowMs });
  expect(report.subjects).toHaveLength(2_000);
  expect(report.subjects.flatMap(({ names }) => names)).toEqual([{ name: 'x'.repeat(100), count: 1 }]);
});
