import { freePort, uniqueWorkspace } from '@cio-fleet/testkit';
import { afterEach, beforeEach, expect, inject, it } from 'vitest';
import { createProducer, type Producer } from '../src/index.ts';
import { QueueContents } from './queue-contents.ts';

const redisUrl = inject('redisUrl');
let workspace: string;
let contents: QueueContents;
let producer: Producer;

beforeEach(() => {
  workspace = uniqueWorkspace('flush');
  contents = new QueueContents(redisUrl, workspace);
  producer = createProducer({ redisUrl, workspace });
});

afterEach(async () => {
  await producer.close();
  contents.close();
});

it('flushes what was called before, so that calls need not be awaited', async () => {
  for (let n = 0; n < 500; n += 1) void producer.track(`p${n}`, 'e', { n });
  expect(await producer.flush()).toEqual({ ok: true, pending: 0 });
  expect(await contents.operations()).toHaveLength(500);
});

it('flushes at once when nothing waits, without connecting', async () => {
  const unreachable = createProducer({ redisUrl: `redis://127.0.0.1:${await freePort()}`, workspace });
  expect(await unreachable.flush({ timeoutMs: 0 })).toEqual({ ok: true, pending: 0 });
  expect(await unreachable.close()).toEqual({ ok: true, pending: 0 });
});

it('tells how many are pending when the time of flush is up', async () => {
  const away = createProducer({ redisUrl: `redis://127.0.0.1:${await freePort()}`, workspace, enqueueTimeoutMs: 30 });
  void away.track('p', 'e');
  void away.track('p', 'e');
  expect(await away.flush({ timeoutMs: 60 })).toEqual({ ok: false, pending: 2 });
  expect(await away.close({ timeoutMs: 10 })).toEqual({ ok: false, pending: 2 });
});

it('flushes before it closes, and answers CLOSED afterwards', async () => {
  const last = producer.track('p', 'e');
  const closing = producer.close();
  expect(await producer.track('p', 'too late')).toMatchObject({ ok: false, error: { code: 'CLOSED' } });
  expect(await closing).toEqual({ ok: true, pending: 0 });
  expect(await last).toMatchObject({ ok: true });
  expect(await producer.close()).toEqual({ ok: true, pending: 0 });
  expect(await contents.operations()).toHaveLength(1);
});

it('answers CLOSED to calls that still wait when the time of close is up', async () => {
  const away = createProducer({
    redisUrl: `redis://127.0.0.1:${await freePort()}`,
    workspace,
    enqueueTimeoutMs: 5_000,
  });
  const call = away.track('p', 'e');
  expect(await away.close({ timeoutMs: 20 })).toEqual({ ok: false, pending: 1 });
  expect(await call).toMatchObject({ ok: false, error: { code: 'CLOSED' } });
});

it.each(['flush', 'close'] as const)('%s without a time limit waits until everything is in Redis', async (end) => {
  const listening = createProducer({ redisUrl, workspace, enqueueTimeoutMs: 1e12 });
  const call = listening.track('p', 'e');
  expect(await listening[end]({ timeoutMs: Number.POSITIVE_INFINITY })).toEqual({ ok: true, pending: 0 });
  expect(await call).toMatchObject({ ok: true });
  await listening.close();
});
