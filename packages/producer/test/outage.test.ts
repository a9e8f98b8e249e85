import { type EmbeddedRedis, freePort, startRedis, uniqueWorkspace, waitFor } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createProducer, type EnqueueFailure, type EnqueueResult, type Producer } from '../src/index.ts';
import { isRising, numbersByPerson, QueueContents } from './queue-contents.ts';

let redis: EmbeddedRedis;
let workspace: string;
let contents: QueueContents;
let producer: Producer;
const rejections: unknown[] = [];
const onRejection = (reason: unknown) => rejections.push(reason);

beforeEach(async () => {
  process.on('unhandledRejection', onRejection);
  rejections.length = 0;
  workspace = uniqueWorkspace('outage');
  redis = await startRedis();
  contents = new QueueContents(redis.url, workspace);
});

afterEach(async () => {
  await producer.close({ timeoutMs: 1_000 });
  contents.close();
  await redis.stop();
  process.off('unhandledRejection', onRejection);
  expect(rejections).toEqual([]);
});

const codeOf = (result: EnqueueResult) => (result.ok ? 'ok' : result.error.code);

it('collects what arrives during a write into the next job', async () => {
  producer = createProducer({ redisUrl: redis.url, workspace, enqueueTimeoutMs: 20_000, redisTimeoutMs: 20_000 });
  await producer.track('same', 'e', { n: 0 });
  process.kill(redis.pid, 'SIGSTOP');
  const calls: Promise<EnqueueResult>[] = [];
  for (let n = 1; n <= 21; n += 1) {
    calls.push(producer.track('same', 'e', { n }));
    await new Promise((resolve) => setImmediate(resolve));
  }
  process.kill(redis.pid, 'SIGCONT');
  await Promise.all(calls);
  expect((await contents.jobs()).map(({ operations }) => operations.length)).toEqual([1, 1, 20]);
});

it('answers in time while Redis is down at boot, keeps the operations, and delivers them once it is up', async () => {
  const port = await freePort();
  const redisUrl = `redis://127.0.0.1:${port}`;
  producer = createProducer({ redisUrl, workspace, enqueueTimeoutMs: 300 });
  const startedAtMs = performance.now();
  const results = await Promise.all(Array.from({ length: 100 }, (_, n) => producer.track(`p${n % 5}`, 'e', { n })));
  expect(performance.now() - startedAtMs).toBeLessThan(1_500);
  for (const result of results) {
    expect(result).toMatchObject({
      ok: false,
      id: expect.any(String),
      error: { code: 'ENQUEUE_TIMEOUT', retained: true },
    });
  }
  const late = await startRedis({ port });
  const lateContents = new QueueContents(redisUrl, workspace);
  expect(await producer.flush({ timeoutMs: 40_000 })).toEqual({ ok: true, pending: 0 });
  const operations = await lateContents.operations();
  expect(operations.map(({ id }) => id).sort()).toEqual(results.map(({ id }) => id).sort());
  for (const numbers of numbersByPerson(operations).values()) expect(isRising(numbers)).toBe(true);
  lateContents.close();
  await late.stop();
});

it('loses and repeats nothing that it said ok to when Redis is killed and restarted under load', async () => {
  producer = createProducer({ redisUrl: redis.url, workspace, enqueueTimeoutMs: 10_000 });
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
    await redis.restart();
  }
  await waitFor(() => n > 14_000);
  isOver = true;
  await callers;
  const operations = await contents.operations();
  const ids = operations.map(({ id }) => id);
  expect(results.map(codeOf).filter((code) => code !== 'ok')).toEqual([]);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.sort()).toEqual(results.map(({ id }) => id).sort());
  for (const numbers of numbersByPerson(operations).values()) expect(isRising(numbers)).toBe(true);
  expect(await contents.ledger()).toEqual({ accepted: String(n) });
});

it('answers in time while Redis hangs, and delivers everything once afterwards', async () => {
  producer = createProducer({ redisUrl: redis.url, workspace, enqueueTimeoutMs: 200, redisTimeoutMs: 300 });
  await producer.track('p', 'e', { n: 0 });
  process.kill(redis.pid, 'SIGSTOP');
  const startedAtMs = performance.now();
  const early = await Promise.all(Array.from({ length: 50 }, (_, n) => producer.track('p', 'e', { n: n + 1 })));
  expect(performance.now() - startedAtMs).toBeLessThan(1_500);
  expect(new Set(early.map(codeOf))).toEqual(new Set(['ENQUEUE_TIMEOUT']));
  // Long enough that the connection is given up and the same write goes out again on a new one.
  await waitFor(() => performance.now() - startedAtMs > 1_600);
  const late = producer.track('p', 'e', { n: 51 });
  process.kill(redis.pid, 'SIGCONT');
  await late;
  expect(await producer.flush({ timeoutMs: 40_000 })).toEqual({ ok: true, pending: 0 });
  await waitFor(async () => (await contents.operations()).length >= 52);
  expect(numbersByPerson(await contents.operations()).get('p')).toEqual([...Array(52).keys()]);
  expect(await contents.ledger()).toEqual({ accepted: '52' });
});

it('connects anew at the next call when Redis was restarted while nothing was written', async () => {
  producer = createProducer({ redisUrl: redis.url, workspace, enqueueTimeoutMs: 5_000 });
  await producer.track('p', 'e', { n: 0 });
  await redis.restart();
  expect(codeOf(await producer.track('p', 'e', { n: 1 }))).toBe('ok');
  expect(numbersByPerson(await contents.operations()).get('p')).toEqual([0, 1]);
});

it('writes again after the scripts of Redis were flushed', async () => {
  producer = createProducer({ redisUrl: redis.url, workspace });
  await producer.track('p', 'e', { n: 0 });
  await contents.redis.script('FLUSH');
  expect(codeOf(await producer.track('p', 'e', { n: 1 }))).toBe('ok');
});

it('turns calls away with BUFFER_FULL beyond maxBufferedOperations', async () => {
  await redis.kill();
  producer = createProducer({ redisUrl: redis.url, workspace, enqueueTimeoutMs: 1_000, maxBufferedOperations: 10 });
  const calls = Array.from({ length: 15 }, (_, n) => producer.track('p', 'e', { n }));
  const startedAtMs = performance.now();
  const full = await Promise.all(calls.slice(10));
  expect(performance.now() - startedAtMs).toBeLessThan(800);
  expect(full.map(codeOf)).toEqual(Array(5).fill('BUFFER_FULL'));
  expect((await Promise.all(calls.slice(0, 10))).map(codeOf)).toEqual(Array(10).fill('ENQUEUE_TIMEOUT'));
  await redis.restart();
  await producer.flush();
  expect(codeOf(await producer.track('p', 'e', { n: 99 }))).toBe('ok');
  expect(numbersByPerson(await contents.operations()).get('p')).toEqual([...Array(10).keys(), 99]);
});

it('turns calls away with BUFFER_FULL beyond maxBufferedBytes', async () => {
  await redis.kill();
  producer = createProducer({ redisUrl: redis.url, workspace, enqueueTimeoutMs: 100, maxBufferedBytes: 50_000 });
  const text = 'x'.repeat(9_000);
  const results = await Promise.all(Array.from({ length: 8 }, (_, n) => producer.track('p', 'e', { n, text })));
  expect(results.map(codeOf).filter((code) => code === 'BUFFER_FULL')).toHaveLength(3);
});

it('keeps operations while Redis answers OOM and turns new ones away, and goes on when there is room', async () => {
  producer = createProducer({ redisUrl: redis.url, workspace, enqueueTimeoutMs: 200 });
  await producer.track('p', 'e', { n: 0 });
  await contents.redis.config('SET', 'maxmemory', '1');
  const kept = await producer.track('p', 'e', { n: 1 });
  expect(kept).toMatchObject({ ok: false, error: { code: 'ENQUEUE_TIMEOUT', retained: true } });
  expect(await producer.track('p', 'e', { n: 2 })).toMatchObject({ ok: false, error: { code: 'QUEUE_FULL' } });
  await contents.redis.config('SET', 'maxmemory', '0');
  expect(await producer.flush({ timeoutMs: 40_000 })).toEqual({ ok: true, pending: 0 });
  await waitFor(async () => codeOf(await producer.track('p', 'e', { n: 3 })) === 'ok');
  expect(numbersByPerson(await contents.operations()).get('p')).toEqual([0, 1, 3]);
});

it('answers QUEUE_FULL above 80 % of maxmemory, before Redis itself refuses', async () => {
  producer = createProducer({ redisUrl: redis.url, workspace });
  // Made by Redis itself: sent from here, the client's buffer would count as memory for a moment.
  await contents.redis.setrange('filler', 20_000_000, 'x');
  const usedBytes = Number(/used_memory:(\d+)/.exec(await contents.redis.info('memory'))?.[1]);
  await contents.redis.config('SET', 'maxmemory', String(Math.round(usedBytes * 1.15)));
  const refused = await waitFor(async () => {
    const result = await producer.track('p', 'e', { n: 0 });
    return result.ok ? undefined : result;
  });
  expect(refused.error).toEqual({ code: 'QUEUE_FULL', message: expect.stringContaining('80 %') });
  await contents.redis.config('SET', 'maxmemory', '0');
  await waitFor(async () => (await producer.track('p', 'e', { n: 1 })).ok);
});

it('keeps operations while Redis is a read-only replica', async () => {
  producer = createProducer({ redisUrl: redis.url, workspace, enqueueTimeoutMs: 200 });
  await producer.track('p', 'e', { n: 0 });
  await contents.redis.replicaof('127.0.0.1', 1);
  expect(codeOf(await producer.track('p', 'e', { n: 1 }))).toBe('ENQUEUE_TIMEOUT');
  await contents.redis.replicaof('NO', 'ONE');
  expect(await producer.flush({ timeoutMs: 40_000 })).toEqual({ ok: true, pending: 0 });
  expect(numbersByPerson(await contents.operations()).get('p')).toEqual([0, 1]);
});

it('answers REDIS_REFUSED at once when it may not write, and tells onError', async () => {
  await contents.redis.acl('SETUSER', 'reader', 'on', '>secret', '~*', '+@all', '-@scripting');
  const failures: EnqueueFailure[] = [];
  const redisUrl = redis.url.replace('//', '//reader:secret@');
  producer = createProducer({ redisUrl, workspace, onError: (failure) => failures.push(failure) });
  const result = await producer.track('p', 'e');
  expect(codeOf(result)).toBe('REDIS_REFUSED');
  expect(failures).toMatchObject([{ code: 'REDIS_REFUSED', id: result.id }]);
});

it('reports a lost operation to onError and one log line per kind of trouble, and survives both throwing', async () => {
  await redis.kill();
  const failures: string[] = [];
  const lines: string[] = [];
  producer = createProducer({
    redisUrl: redis.url,
    workspace,
    enqueueTimeoutMs: 50,
    onError: ({ code }) => {
      failures.push(code);
      throw new Error('the host is broken');
    },
    logger: {
      warn: (line) => void lines.push(line),
      error: (line) => {
        lines.push(line);
        throw new Error('the log is broken');
      },
    },
  });
  await Promise.all([producer.track('p', 'e'), producer.track('p', 'e')]);
  expect(await producer.close({ timeoutMs: 50 })).toEqual({ ok: false, pending: 2 });
  expect(failures).toEqual(['ENQUEUE_TIMEOUT', 'ENQUEUE_TIMEOUT', 'CLOSED', 'CLOSED']);
  expect(lines.filter((line) => line.includes('ENQUEUE_TIMEOUT'))).toHaveLength(1);
  expect(lines.filter((line) => line.includes('ECONNREFUSED'))).toHaveLength(1);
});

it('survives a function for the client that throws, and delivers once it makes one', async () => {
  let throws = 2;
  const lines: string[] = [];
  const makeClient = () => {
    throws -= 1;
    if (throws >= 0) throw new Error('no secret yet');
    return new Redis(redis.url);
  };
  const logger = { warn: (line: string) => void lines.push(line), error: () => undefined };
  producer = createProducer({ redis: makeClient, workspace, enqueueTimeoutMs: 100, logger });
  expect(await producer.track('p', 'e', { n: 0 })).toMatchObject({
    error: { code: 'ENQUEUE_TIMEOUT', retained: true },
  });
  expect(lines).toEqual([expect.stringContaining('no secret yet')]);
  expect(await producer.flush({ timeoutMs: 40_000 })).toEqual({ ok: true, pending: 0 });
  await waitFor(async () => codeOf(await producer.track('p', 'e', { n: 1 })) === 'ok');
  expect(
    numbersByPerson(await contents.operations())
      .get('p')
      ?.slice(0, 2),
  ).toEqual([0, 1]);
});
