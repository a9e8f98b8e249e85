import { expect, it } from 'vitest';
import { createTestProducer } from '../src/testing/index.ts';

it('keeps what it is given, stamped, named and checked as the real one does', async () => {
  const cio = createTestProducer({ source: 'shop' });
  const result = await cio.track(42, 'Order Placed', { total: 9.5, at: new Date(1_700_000_000_000) });
  expect(cio.operations).toEqual([
    {
      id: result.id,
      at: expect.any(Number),
      source: 'shop',
      verb: 'track',
      op: {
        type: 'person',
        action: 'event',
        identifiers: { id: '42' },
        name: 'Order Placed',
        attributes: { total: 9.5, at: 1_700_000_000 },
      },
    },
  ]);
  expect(await cio.track('', 'x')).toMatchObject({ ok: false, error: { code: 'IDENTIFIER_EMPTY' } });
  expect(cio.operations).toHaveLength(1);
});

it('fails the next call as told, then goes on', async () => {
  const failures: string[] = [];
  const cio = createTestProducer({ onError: ({ code }) => failures.push(code) });
  cio.failNext('QUEUE_FULL');
  cio.failNext('ENQUEUE_TIMEOUT');
  expect(await cio.suppress('1')).toMatchObject({ ok: false, error: { code: 'QUEUE_FULL' } });
  expect(await cio.suppress('2')).toMatchObject({ ok: false, error: { code: 'ENQUEUE_TIMEOUT', retained: true } });
  expect(await cio.suppress('3')).toMatchObject({ ok: true });
  expect(cio.operations.map(({ op }) => op)).toMatchObject([
    { identifiers: { id: '2' } },
    { identifiers: { id: '3' } },
  ]);
  expect(failures).toEqual(['QUEUE_FULL', 'ENQUEUE_TIMEOUT']);
});

it('finds an operation by verb, person and part of its content', async () => {
  const cio = createTestProducer();
  await cio.identify({ email: 'Ada@example.com' }, { plan: 'pro', seats: 3 });
  expect(cio.expectEnqueued('identify', { email: 'ada@example.com' }, { attributes: { plan: 'pro' } }).verb).toBe(
    'identify',
  );
  cio.expectNotEnqueued('identify', 'someone else');
  cio.expectNotEnqueued('suppress');
});

it('says what was enqueued instead of what was expected', async () => {
  const cio = createTestProducer();
  expect(() => cio.expectEnqueued('track', 42)).toThrow('expected track of id:42 to be enqueued, got nothing');
  await cio.track(41, 'Order Placed');
  expect(() => cio.expectEnqueued('track', 42)).toThrow('- track of id:41: {"type":"person"');
  expect(() => cio.expectNotEnqueued()).toThrow('expected no operation to be enqueued');
  cio.clear();
  cio.expectNotEnqueued();
});

it('answers CLOSED after close', async () => {
  const cio = createTestProducer();
  expect(await cio.close()).toEqual({ ok: true, pending: 0 });
  expect(await cio.delete('1')).toMatchObject({ ok: false, error: { code: 'CLOSED' } });
});
