import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createProducer, type Producer, type ProducerOptions } from '@cio-fleet/producer';
import { type EmbeddedRedis, uniqueWorkspace, waitFor } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type SentinelGroup, startSentinelGroup } from './support/sentinels.ts';
import { callNumbered, expectedNumbers, waitingNumbers } from './support/waiting-numbers.ts';

let group: SentinelGroup;
let spoolDir: string;
let workspace: string;
let producer: Producer;

beforeEach(async () => {
  group = await startSentinelGroup();
  spoolDir = mkdtempSync(join(tmpdir(), 'cio-fleet-fail-over-'));
  workspace = uniqueWorkspace('fail-over');
});
afterEach(async () => {
  await producer.close({ timeoutMs: 1_000 });
  await group.stop();
  rmSync(spoolDir, { recursive: true, force: true });
});

function start(options: ProducerOptions): Producer {
  // Calls wait for the new master; how long that takes is not the point here.
  producer = createProducer({ redisUrl: group.url, workspace, enqueueTimeoutMs: 40_000, ...options });
  return producer;
}

const countOf = (numbers: ReadonlyMap<string, readonly number[]>) =>
  [...numbers.values()].reduce((sum, { length }) => sum + length, 0);

async function waitingOn(server: EmbeddedRedis) {
  const redis = new Redis(server.url);
  try {
    return await waitingNumbers(redis, workspace);
  } finally {
    redis.disconnect();
  }
}

/** The servers by their present roles. */
async function roles(): Promise<{ readonly master: EmbeddedRedis; readonly replica: EmbeddedRedis }> {
  const port = await group.masterPort();
  const master = group.servers.find((server) => server.port === port);
  const replica = group.servers.find((server) => server.port !== port);
  if (master === undefined || replica === undefined) throw new Error('expected a master and a replica of ours');
  return { master, replica };
}

/** From now on the replica gets nothing, until Sentinels put that right, some seconds later. */
async function stopReplication(replica: EmbeddedRedis): Promise<void> {
  const redis = new Redis(replica.url);
  // Nobody listens at port 1.
  await redis.replicaof('127.0.0.1', 1);
  redis.disconnect();
}

/** The master gets operations that the replica doesn't, and dies. Gives the numbers that were answered `ok`. */
async function failOverWithLoss(from: number): Promise<readonly number[]> {
  const { master, replica } = await roles();
  const oks: number[] = [];
  let missing = 0;
  for (let next = from; missing === 0; next += 300) {
    await stopReplication(replica);
    oks.push(...(await callNumbered(producer, next, next + 300)));
    await producer.flush({ timeoutMs: 20_000 });
    missing = countOf(await waitingOn(master)) - countOf(await waitingOn(replica));
  }
  await master.kill();
  await waitFor(async () => (await group.masterPort()) === replica.port, { timeoutMs: 40_000 });
  return oks;
}

it('has every ok of the mode always in the new master, in order, also what the replica had not got', {
  timeout: 120_000,
}, async () => {
  start({ spoolDir, spoolMode: 'always', spoolRetainMs: 60_000 });
  const before = await callNumbered(producer, 0, 300);
  const lost = await failOverWithLoss(300);
  const next = 300 + lost.length;
  const after = await callNumbered(producer, next, next + 300);
  expect(after).toHaveLength(300);
  expect(await producer.flush({ timeoutMs: 40_000 })).toEqual({ ok: true, pending: 0, spooled: 0 });
  const { master } = await roles();
  expect(await waitingOn(master)).toEqual(expectedNumbers([...before, ...lost, ...after]));
});

it('loses what the replica had not got without a spool: the test above can fail', { timeout: 120_000 }, async () => {
  start({});
  const before = await callNumbered(producer, 0, 300);
  const lost = await failOverWithLoss(300);
  const next = 300 + lost.length;
  const after = await callNumbered(producer, next, next + 300);
  const { master } = await roles();
  const there = countOf(await waitingOn(master));
  expect(after).toHaveLength(300);
  expect(there).toBeLessThan(before.length + lost.length + after.length);
});
