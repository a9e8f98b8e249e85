import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedRedis, freePort, startRedis, uniqueWorkspace, waitFor } from '@cio-fleet/testkit';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createProducer, type EnqueueResult, type Producer } from '../src/index.ts';
import { isRising, numbersByPerson, QueueContents } from './queue-contents.ts';

let redis: EmbeddedRedis;
let workspace: string;
let spoolDir: string;
let contents: QueueContents;
let producer: Producer;

beforeEach(async () => {
  workspace = uniqueWorkspace('spool');
  spoolDir = mkdtempSync(join(tmpdir(), 'cio-fleet-spool-'));
  redis = await startRedis();
  contents = new QueueContents(redis.url, workspace);
});

afterEach(async () => {
  await producer.close({ timeoutMs: 1_000 });
  contents.close();
  await redis.stop();
  rmSync(spoolDir, { recursive: true, force: true });
});

const codeOf = (result: EnqueueResult) => (result.ok ? 'ok' : result.error.code);

it('answers ok from the spool while Redis is down at boot, and replays it in order once it is up', async () => {
  const port = await freePort();
  const redisUrl = `redis://127.0.0.1:${port}`;
  producer = createProducer({ redisUrl, workspace, spoolDir });
  const startedAtMs = performance.now();
  const results = await Promise.all(Array.from({ length: 100 }, (_, n) => producer.track(`p${n % 5}`, 'e', { n })));
  expect(performance.now() - startedAtMs).toBeLessThan(1_000);
  expect(new Set(results.map(codeOf))).toEqual(new Set(['ok']));
  const late = await startRedis({ port });
  const lateContents = new QueueContents(redisUrl, workspace);
  expect(await producer.flush({ timeoutMs: 10_000 })).toEqual({ ok: true, pending: 0, spooled: 0 });
  const operations = await lateContents.operations();
  expect(operations.map(({ id }) => id).sort()).toEqual(results.map(({ id }) => id).sort());
  for (const numbers of numbersByPerson(operations).values()) expect(isRising(numbers)).toBe(true);
  lateContents.close();
  await late.stop();
});

it('loses and repeats nothing that it said ok to when Redis is killed and restarted under load', async () => {
  producer = createProducer({ redisUrl: redis.url, workspace, spoolDir, enqueueTimeoutMs: 1_000 });
  let n = 0;
  let isOver = false;
  const results: EnqueueResult[] = [];
  const caller = async () => {
    while (!isOver) {
      const number = n++;
      results.push(await producer.track(`p${number % 97}`, 'e', { n: number }));
    }
  };
  const callers = Promise.all(Array.from({ length: 64 }, caller));
  for (const goal of [2_000, 6_000, 10_000]) {
    await waitFor(() => n > goal);
    await redis.kill();
    const before = n;
    await waitFor(() => n > before + 1_000);
    await redis.restart();
  }
  await waitFor(() => n > 20_000);
  isOver = true;
  await callers;
  expect(await producer.flush({ timeoutMs: 10_000 })).toEqual({ ok: true, pending: 0, spooled: 0 });
  const operations = await contents.operations();
  const ids = operations.map(({ id }) => id);
  expect(results.map(codeOf).filter((code) => code !== 'ok')).toEqual([]);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.sort()).toEqual(results.map(({ id }) => id).sort());
  for (const numbers of numbersByPerson(operations).values()) expect(isRising(numbers)).toBe(true);
  expect(await contents.ledger()).toEqual({ accepted: String(n) });
});
