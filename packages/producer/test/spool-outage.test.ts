import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedRedis, startRedis, uniqueWorkspace, waitFor } from '@cio-fleet/testkit';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ProducerProcess, readAnswers } from './fixtures/spool/producer-process.ts';
import { isRising, numbersByPerson, QueueContents } from './queue-contents.ts';

/** A call takes some ms; on a loaded machine the disk and the processor make seconds of that. */
const ENQUEUE_TIMEOUT_MS = 8_000;
const PER_SECOND = 2_000;

let redis: EmbeddedRedis;
let workspace: string;
let home: string;
let answers: string;
let contents: QueueContents;
let processes: ProducerProcess[];

beforeEach(async () => {
  workspace = uniqueWorkspace('spool-outage');
  home = mkdtempSync(join(tmpdir(), 'cio-fleet-outage-'));
  answers = join(home, 'answers');
  processes = [];
  redis = await startRedis();
  contents = new QueueContents(redis.url, workspace);
});

afterEach(async () => {
  for (const process of processes) await process.kill();
  contents.close();
  await redis.stop();
  rmSync(home, { recursive: true, force: true });
});

function start(from: number, to?: number): ProducerProcess {
  const options = {
    redisUrl: redis.url,
    workspace,
    spoolDir: join(home, 'spool'),
    enqueueTimeoutMs: ENQUEUE_TIMEOUT_MS,
  };
  const process = new ProducerProcess(options, answers, {
    from,
    perSecond: PER_SECOND,
    ...(to === undefined ? {} : { to }),
  });
  processes.push(process);
  return process;
}

const called = () => readAnswers(answers).length;
const answered = (count: number) =>
  waitFor(() => called() >= count, { timeoutMs: 60_000, intervalMs: 50, description: `${count} answers` });

/** Every `ok` is in Redis, once, and everything there is in order; gives the numbers that are there. */
async function expectEveryOkInOrder(): Promise<ReadonlySet<number>> {
  const operations = await contents.operations();
  const byPerson = numbersByPerson(operations);
  for (const numbers of byPerson.values()) expect(isRising(numbers)).toBe(true);
  const found = [...byPerson.values()].flat();
  const there = new Set(found);
  expect(there.size).toBe(found.length);
  const lost = readAnswers(answers).filter(({ n, code }) => code === 'ok' && !there.has(n));
  expect(lost).toEqual([]);
  expect(await contents.ledger()).toEqual({ accepted: String(found.length) });
  return there;
}

it('keeps its promises through 10 s without Redis, from boot, under 2,000 calls/s', { timeout: 150_000 }, async () => {
  await redis.kill();
  const process = start(0, 24_000);
  await answered(10 * PER_SECOND);
  await redis.restart();
  await process.exited;
  const all = readAnswers(answers);
  expect(all.filter(({ code }) => code !== 'ok')).toEqual([]);
  expect(all).toHaveLength(24_000);
  expect(Math.max(...all.map(({ ms }) => ms))).toBeLessThan(ENQUEUE_TIMEOUT_MS);
  expect((await expectEveryOkInOrder()).size).toBe(24_000);
});

it('keeps them with kill -9 of the producer in the middle, and another on the same folder', {
  timeout: 150_000,
}, async () => {
  const first = start(0);
  await answered(2_000);
  await redis.kill();
  await answered(5_000);
  await first.kill();
  // While Redis is still away the next process appends behind what the first one left.
  const second = start(100_000);
  await answered(called() + 2_000);
  await redis.restart();
  await answered(called() + 1_500);
  await second.kill();
  const third = start(200_000, 201_000);
  await third.exited;
  await expectEveryOkInOrder();
  const late = readAnswers(answers).filter(({ ms }) => ms >= ENQUEUE_TIMEOUT_MS);
  expect(late).toEqual([]);
});

it('repeats nothing when it is killed again and again while it replays', { timeout: 150_000 }, async () => {
  await redis.kill();
  const first = start(0);
  await answered(5_000);
  await first.kill();
  await redis.restart();
  for (let round = 1; round <= 4; round += 1) {
    const process = start(round * 100_000);
    const before = Number((await contents.ledger()).accepted ?? 0);
    await waitFor(async () => Number((await contents.ledger()).accepted ?? 0) > before, { intervalMs: 1 });
    await process.kill();
  }
  await start(900_000, 900_100).exited;
  await expectEveryOkInOrder();
});
