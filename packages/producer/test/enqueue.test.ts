import { erasureKey, isUlid, laneKeyOf, laneOf, laneQueueName, queuePrefix } from '@cio-fleet/contracts';
import { uniqueWorkspace } from '@cio-fleet/testkit';
import { Queue } from 'bullmq';
import { afterEach, beforeEach, expect, inject, it } from 'vitest';
import { createProducer, type EnqueueResult, type Producer } from '../src/index.ts';
import { isRising, numbersByPerson, QueueContents } from './queue-contents.ts';

const redisUrl = inject('redisUrl');
let workspace: string;
let contents: QueueContents;
let producer: Producer;

beforeEach(() => {
  workspace = uniqueWorkspace('enqueue');
  contents = new QueueContents(redisUrl, workspace);
  producer = createProducer({ redisUrl, workspace, source: 'shop' });
});

afterEach(async () => {
  await producer.close();
  contents.close();
});

const idOf = (result: EnqueueResult): string => {
  if (!result.ok) throw new Error(JSON.stringify(result));
  return result.id;
};

it('answers with the ULID under which the operation waits in its lane', async () => {
  const id = idOf(await producer.identify(42, { plan: 'pro' }));
  const [operation] = await contents.operations();
  expect(isUlid(id)).toBe(true);
  expect(operation).toEqual({
    id,
    at: expect.any(Number),
    source: 'shop',
    op: { type: 'person', action: 'identify', identifiers: { id: '42' }, attributes: { plan: 'pro' } },
  });
});

it('writes a job that BullMQ reads as one of its own, named for its verb', async () => {
  await producer.track('7', 'Order Placed', { total: 9.5 });
  const lane = laneOf('id:7', 8);
  const queue = new Queue(laneQueueName(workspace, lane), {
    connection: { url: redisUrl },
    prefix: queuePrefix(workspace),
  });
  const [job] = await queue.getWaiting();
  expect(job).toMatchObject({ name: 'track', opts: { attempts: 1, removeOnComplete: { count: 100 } } });
  expect(isUlid(job?.id)).toBe(true);
  await queue.close();
});

it('makes the v2 shape of every verb', async () => {
  await Promise.all([
    producer.page('p', 'https://example.com/a', { title: 'A' }),
    producer.screen('p', 'Home'),
    producer.trackAnonymous('anon-1', 'Viewed', { n: 1 }),
    producer.unsuppress({ email: 'ada@example.com' }),
    producer.merge('p', { email: 'old@example.com' }),
    producer.addDevice('p', { token: 'tok', platform: 'ios', lastUsed: new Date(1_700_000_000_000) }),
    producer.deleteDevice('p', 'tok'),
    producer.relate('p', { typeId: 1, id: 'acme' }, { role: 'admin' }),
    producer.unrelate('p', { typeId: 1, id: 'acme' }),
    producer.identifyObject({ typeId: 1, id: 'acme' }, { seats: 5 }),
    producer.deleteObject({ typeId: 1, id: 'acme' }),
  ]).then((results) => results.map(idOf));
  const ops = (await contents.operations()).map(({ op }) => op);
  const person = { type: 'person', identifiers: { id: 'p' } };
  const object = { type: 'object', identifiers: { object_type_id: '1', object_id: 'acme' } };
  const relation = { identifiers: { object_type_id: '1', object_id: 'acme' } };
  const expected = [
    { ...person, action: 'page', name: 'https://example.com/a', attributes: { title: 'A' } },
    { ...person, action: 'screen', name: 'Home' },
    { type: 'person', action: 'event', identifiers: { anonymous_id: 'anon-1' }, name: 'Viewed', attributes: { n: 1 } },
    { type: 'person', action: 'unsuppress', identifiers: { email: 'ada@example.com' } },
    { type: 'person', action: 'merge', primary: { id: 'p' }, secondary: { email: 'old@example.com' } },
    { ...person, action: 'add_device', device: { token: 'tok', platform: 'ios', last_used: 1_700_000_000 } },
    { ...person, action: 'delete_device', device: { token: 'tok' } },
    {
      ...person,
      action: 'add_relationships',
      cio_relationships: [{ ...relation, relationship_attributes: { role: 'admin' } }],
    },
    { ...person, action: 'delete_relationships', cio_relationships: [relation] },
    { ...object, action: 'identify', attributes: { seats: 5 } },
    { ...object, action: 'delete' },
  ];
  expect(ops).toHaveLength(expected.length);
  expect(ops).toEqual(expect.arrayContaining(expected));
});

it('carries timestamp, labels and the caller source with the operation', async () => {
  const timestamp = new Date(1_700_000_000_000);
  const labels = { idempotencyKey: 'order-1', sessionId: 's', traceId: 't', source: 'checkout' };
  await producer.track('7', 'Order Placed', {}, { timestamp, ...labels });
  const [operation] = await contents.operations();
  expect(operation).toMatchObject({ ...labels, op: { timestamp: 1_700_000_000 } });
});

it('marks the erasure of a person before it answers ok', async () => {
  const first = idOf(await producer.suppress({ email: 'Ada@Example.com' }));
  expect(await contents.redis.get(erasureKey(workspace, 'email:ada@example.com'))).toBe(first);
  const second = idOf(await producer.delete({ email: 'ada@example.com' }));
  expect(await contents.redis.get(erasureKey(workspace, 'email:ada@example.com'))).toBe(second);
  expect(second > first).toBe(true);
});

it('keeps the order of calls per person and per lane under concurrency', async () => {
  const calls = Array.from({ length: 5_000 }, (_, n) => producer.track(`person-${n % 37}`, 'e', { n }));
  const results = await Promise.all(calls);
  expect(results.every(({ ok }) => ok)).toBe(true);
  const jobs = await contents.jobs();
  const numbers = numbersByPerson(jobs.flatMap(({ operations }) => operations));
  expect(numbers.size).toBe(37);
  for (const list of numbers.values()) expect(isRising(list)).toBe(true);
  for (let lane = 0; lane < 8; lane += 1) {
    const ids = jobs.filter((job) => job.lane === lane).flatMap(({ operations }) => operations.map(({ id }) => id));
    expect(ids).toEqual([...ids].sort());
  }
  for (const { lane, operations } of jobs) {
    for (const { op } of operations) expect(laneOf(laneKeyOf(op), 8)).toBe(lane);
  }
});

it('packs what one turn of the event loop enqueues into one job per lane, and a lone call into a job of its own', async () => {
  await Promise.all(Array.from({ length: 100 }, (_, n) => producer.track('same', 'e', { n })));
  await producer.track('same', 'e', { n: 100 });
  const jobs = await contents.jobs();
  expect(jobs.map(({ name, operations }) => [name, operations.length])).toEqual([
    ['batch', 100],
    ['track', 1],
  ]);
});

it('bounds a job by 1,000 operations and by 256 KB', async () => {
  await Promise.all(Array.from({ length: 1_500 }, (_, n) => producer.track('small', 'e', { n })));
  const text = 'x'.repeat(20_000);
  await Promise.all(Array.from({ length: 30 }, (_, n) => producer.track('large', 'e', { n, text })));
  const sizes = (await contents.jobs()).map(({ operations }) => operations.length);
  expect([...sizes].sort((a, b) => b - a)).toEqual([1_000, 500, 12, 12, 6]);
});

it('counts what it was given as accepted in the ledger', async () => {
  await Promise.all(Array.from({ length: 250 }, (_, n) => producer.track(`p${n}`, 'e', { n })));
  expect(await contents.ledger()).toEqual({ accepted: '250' });
});

it('answers many operations in their order, refused ones with their reason', async () => {
  const results = await producer.enqueueMany([
    { type: 'person', action: 'event', identifiers: { id: '1' }, name: 'a', idempotencyKey: 'k', source: 'import' },
    { type: 'person', action: 'event', identifiers: {}, name: 'b' },
    { type: 'person', action: 'suppress', identifiers: { id: '1' } },
  ]);
  expect(results).toMatchObject([
    { ok: true },
    { ok: false, error: { code: 'IDENTIFIER_MISSING', refusal: { path: 'identifiers' } } },
    { ok: true },
  ]);
  const [first] = await contents.operations();
  expect(first).toMatchObject({ idempotencyKey: 'k', source: 'import' });
});

it('keeps both orders when two producers write the same person', async () => {
  const other = createProducer({ redisUrl, workspace });
  await Promise.all(
    Array.from({ length: 400 }, (_, n) => (n % 2 ? producer : other).track('shared', n % 2 ? 'odd' : 'even', { n })),
  );
  await other.close();
  const numbers = numbersByPerson(await contents.operations()).get('shared') ?? [];
  expect(numbers).toHaveLength(400);
  expect(isRising(numbers.filter((n) => n % 2 === 0))).toBe(true);
  expect(isRising(numbers.filter((n) => n % 2 === 1))).toBe(true);
});

it("stamps operations with Redis's time, though the local clock is an hour ahead", async () => {
  const realNow = Date.now;
  Date.now = () => realNow() + 3_600_000;
  try {
    idOf(await producer.track('7', 'e'));
  } finally {
    Date.now = realNow;
  }
  const [operation] = await contents.operations();
  expect(Math.abs((operation?.at ?? 0) - realNow())).toBeLessThan(60_000);
});

it('connects at the first call, not before', async () => {
  const named = `cio-fleet:${workspace}:producer`;
  expect(await contents.redis.client('LIST')).not.toContain(named);
  await producer.track('7', 'e');
  expect(await contents.redis.client('LIST')).toContain(named);
});
