import type { Operation } from '@cio-fleet/contracts';
import { describe, expect, it } from 'vitest';
import type { Answer } from '../src/answer.ts';
import type { RequestFacts } from '../src/courier.ts';
import { createIdentifyMemory } from '../src/identify-memory.ts';
import { erase, identify, queued, track } from './operations.ts';
import { freeBudget, receiverOf, requestOf, response } from './receiver.ts';

const failure = (code: string): Answer => ({ kind: 'failure', code, message: 'it broke' });
const attributesOf = (op: Operation) => (op as { attributes?: Record<string, unknown> }).attributes ?? {};

/** Answers from a list, then accepts. */
function inTurn(...answers: readonly (Answer | undefined)[]) {
  let next = 0;
  return () => answers[next++];
}

/** 2,500 events: three requests. */
const THREE_REQUESTS = Array.from({ length: 2_500 }, (_, n) => queued(track(`${n}`)));

function states({ settlements }: { settlements: readonly ({ state: string } | undefined)[] }): (string | undefined)[] {
  return settlements.map((settlement) => settlement?.state);
}

describe('delivering', () => {
  it('sends nothing for nothing', async () => {
    const { courier, sizes } = receiverOf(() => undefined);
    expect(await courier.deliver(requestOf([]))).toEqual({ settlements: [], requests: 0 });
    expect(sizes).toEqual([]);
  });

  it('sends as few requests as the limits allow, in order', async () => {
    const { courier, sizes, accepted } = receiverOf(() => undefined);
    const result = await courier.deliver(requestOf(THREE_REQUESTS));
    expect(sizes).toEqual([1_000, 1_000, 500]);
    expect(result.requests).toBe(3);
    expect(accepted.map((op) => (op as { id: string }).id)).toEqual(THREE_REQUESTS.map(({ id }) => id));
  });

  it('rejects what a 207 lists, with its reason, and delivers the rest', async () => {
    const errors = [{ batch_index: 1, field: 'name', message: 'no name' }];
    const { courier } = receiverOf(inTurn(response(207, { errors })));
    const result = await courier.deliver(requestOf([queued(track('1')), queued(track('2')), queued(track('3'))]));
    expect(result.settlements).toEqual([
      { state: 'delivered' },
      { state: 'rejected', reason: { code: 'REJECTED', message: 'no name', field: 'name', status: 207 } },
      { state: 'delivered' },
    ]);
  });

  it('tells each request with what it carried and what came of it', async () => {
    const facts: RequestFacts[] = [];
    const { courier } = receiverOf(inTurn(response(503)), { onRequest: (fact) => facts.push(fact) });
    await courier.deliver(requestOf([queued(track('1'))], { purpose: 'fallback' }));
    expect(facts).toEqual([
      expect.objectContaining({ purpose: 'fallback', operations: 1, verdict: 'transient', status: 503 }),
    ]);
    expect(facts[0]?.bytes).toBeGreaterThan(100);
  });
});

describe('an interruption', () => {
  it.each<[string, Answer, object]>([
    ['transient for a 503', response(503), { kind: 'transient', error: { code: 'SERVER_ERROR', statusCode: 503 } }],
    ['transient for a reset', failure('ECONNRESET'), { kind: 'transient', error: { code: 'ECONNRESET' } }],
    ['setup for a 401', response(401), { kind: 'setup', error: { code: 'CREDENTIALS_REFUSED', statusCode: 401 } }],
    [
      'throttled for a 429',
      { kind: 'response', status: 429, body: {}, retryAfterMs: 7_000 },
      { kind: 'throttled', retryAfterMs: 7_000, error: { code: 'THROTTLED' } },
    ],
  ])('is %s, and stops at the first request that failed', async (_title, answer, interruption) => {
    const { courier, sizes } = receiverOf(inTurn(undefined, answer));
    const result = await courier.deliver(requestOf(THREE_REQUESTS));
    expect(sizes).toEqual([1_000, 1_000]);
    expect(result.interruption).toMatchObject(interruption);
    expect(states(result).map((state) => state ?? 'open')).toEqual(
      Array.from({ length: 2_500 }, (_, n) => (n < 1_000 ? 'delivered' : 'open')),
    );
  });

  it('is stale when the guard says so, right before any request, and nothing more is sent', async () => {
    let asked = 0;
    const { courier, sizes } = receiverOf(() => undefined);
    const guard = async () => (++asked === 2 ? 'stale' : 'go') as 'stale' | 'go';
    const result = await courier.deliver(requestOf(THREE_REQUESTS, { guard }));
    expect(result.interruption).toEqual({ kind: 'stale' });
    expect(result.requests).toBe(1);
    expect(sizes).toEqual([1_000]);
  });

  it('is aborted when its signal has aborted before a request', async () => {
    const { courier, sizes } = receiverOf(() => undefined);
    const result = await courier.deliver(requestOf(THREE_REQUESTS, { signal: AbortSignal.abort() }));
    expect(result).toMatchObject({ requests: 0, interruption: { kind: 'aborted' } });
    expect(sizes).toEqual([]);
  });

  it('is aborted, and nothing for the breaker, when its signal aborts a request under way', async () => {
    const controller = new AbortController();
    const { courier, breaker } = receiverOf(() => {
      controller.abort();
      return failure('ABORTED');
    });
    const result = await courier.deliver(requestOf([queued(track('1'))], { signal: controller.signal }));
    expect(result).toMatchObject({ settlements: [undefined], interruption: { kind: 'aborted' } });
    expect(breaker.status.failureCount).toBe(0);
  });

  it('keeps an answer that came although the signal aborted', async () => {
    const controller = new AbortController();
    const { courier } = receiverOf(() => {
      controller.abort();
      return response(200);
    });
    const result = await courier.deliver(requestOf([queued(track('1'))], { signal: controller.signal }));
    expect(result).toEqual({ settlements: [{ state: 'delivered' }], requests: 1 });
  });

  it('is circuit-open once 5 requests have failed in a row, and the guard is not even asked', async () => {
    const { courier, breaker, sizes } = receiverOf(() => failure('ECONNREFUSED'));
    for (let i = 0; i < 5; i += 1) await courier.deliver(requestOf([queued(track('1'))]));
    const guard = () => Promise.reject(new Error('asked'));
    const result = await courier.deliver(requestOf([queued(track('1'))], { guard }));
    expect(result).toEqual({ settlements: [undefined], requests: 0, interruption: { kind: 'circuit-open' } });
    expect(breaker.status).toMatchObject({ state: 'OPEN', lastError: 'ECONNREFUSED: it broke' });
    expect(sizes).toHaveLength(5);
    breaker.stop();
  });

  it.each([400, 401, 413, 422, 429])('by %i says nothing against Customer.io, however often', async (status) => {
    const { courier, breaker } = receiverOf(() => response(status));
    for (let i = 0; i < 10; i += 1) await courier.deliver(requestOf([queued(track('1'))]));
    expect(breaker.status).toMatchObject({ state: 'CLOSED', failureCount: 0 });
  });

  it('passes on what the guard throws, and it does not count for the breaker', async () => {
    const { courier, breaker } = receiverOf(() => undefined);
    const guard = () => Promise.reject(new Error('Redis is gone'));
    await expect(courier.deliver(requestOf([queued(track('1'))], { guard }))).rejects.toThrow('Redis is gone');
    expect(breaker.status.failureCount).toBe(0);
  });
});

describe('the budget', () => {
  it('is asked once per request, before the guard', async () => {
    const budget = freeBudget();
    const order = budget.told;
    const { courier } = receiverOf(() => undefined, { budget });
    const guard = async () => {
      order.push('guard');
      return 'go' as const;
    };
    await courier.deliver(requestOf(THREE_REQUESTS.slice(0, 1_500), { guard, purpose: 'fallback' }));
    expect(order).toEqual(['fallback', 'guard', 'succeeded', 'fallback', 'guard', 'succeeded']);
  });

  it('is not spent on requests that the breaker would not let through', async () => {
    const budget = freeBudget();
    const { courier, breaker } = receiverOf(() => response(503), { budget });
    for (let i = 0; i < 8; i += 1) await courier.deliver(requestOf([queued(track('1'))]));
    expect(budget.told).toEqual(['lane', 'lane', 'lane', 'lane', 'lane']);
    breaker.stop();
  });

  it('hears of a 429 with its Retry-After', async () => {
    const budget = freeBudget();
    const { courier } = receiverOf(() => ({ kind: 'response', status: 429, body: {}, retryAfterMs: 7_000 }), {
      budget,
    });
    await courier.deliver(requestOf([queued(track('1'))]));
    expect(budget.told).toEqual(['lane', 'throttled 7000']);
  });
});

describe('merged identifies', () => {
  it('are one operation on the wire, and each of them delivered', async () => {
    const { courier, accepted } = receiverOf(() => undefined);
    const result = await courier.deliver(requestOf([queued(identify('1', { a: 1 })), queued(identify('1', { b: 2 }))]));
    expect(accepted.map(attributesOf)).toEqual([{ a: 1, b: 2 }]);
    expect(states(result)).toEqual(['delivered', 'delivered']);
  });

  const bad = (op: Operation) => 'bad' in attributesOf(op);

  it.each(['207', '400'])(
    'are tried one by one, in order, when refused by %s: only the bad one is rejected',
    async (status) => {
      const { courier, accepted } = receiverOf((operations) => {
        const index = operations.findIndex(bad);
        if (index < 0) return undefined;
        return status === '400' ? response(400) : response(207, { errors: [{ batch_index: index, message: 'bad' }] });
      });
      const operations = [{ a: 1 }, { bad: 1 }, { b: 2 }].map((attributes) => queued(identify('1', attributes)));
      const result = await courier.deliver(requestOf([...operations, queued(track('2'))]));
      expect(states(result)).toEqual(['delivered', 'rejected', 'delivered', 'delivered']);
      expect(accepted.filter((op) => op.action === 'identify').map(attributesOf)).toEqual([{ a: 1 }, { b: 2 }]);
    },
  );

  it('stay apart in an isolated run', async () => {
    const { courier, sizes } = receiverOf(() => undefined);
    const operations = [queued(identify('1', { a: 1 })), queued(identify('1', { b: 2 }))];
    await courier.deliver(requestOf(operations, { isolate: true }));
    expect(sizes).toEqual([2]);
  });
});

describe('the memory of a lane', () => {
  const same = () => queued(identify('1', { plan: 'pro' }));

  it('lets a repeated identify settle unsent', async () => {
    const { courier, sizes } = receiverOf(() => undefined);
    const memory = createIdentifyMemory();
    await courier.deliver(requestOf([same()], { memory }));
    const result = await courier.deliver(requestOf([queued(track('1')), same()], { memory }));
    expect(states(result)).toEqual(['delivered', 'deduplicated']);
    expect(sizes).toEqual([1, 1]);
  });

  it('settles a repeated batch as delivered where an earlier attempt got through', async () => {
    const { courier, sizes } = receiverOf(() => undefined);
    const memory = createIdentifyMemory();
    const batch = [same()];
    await courier.deliver(requestOf(batch, { memory }));
    expect(states(await courier.deliver(requestOf(batch, { memory })))).toEqual(['delivered']);
    expect(sizes).toEqual([1]);
  });

  it('remembers the last of merged identifies', async () => {
    const { courier, sizes } = receiverOf(() => undefined);
    const memory = createIdentifyMemory();
    await courier.deliver(requestOf([queued(identify('1', { a: 1 })), same()], { memory }));
    expect(states(await courier.deliver(requestOf([same()], { memory })))).toEqual(['deduplicated']);
    expect(sizes).toEqual([1]);
  });

  it.each<[string, Operation, Answer | undefined]>([
    ['another identify', identify('1', { plan: 'free' }), undefined],
    ['a delete', erase('1'), undefined],
    [
      'a merge that removes the person',
      { type: 'person', action: 'merge', primary: { id: '2' }, secondary: { id: '1' } },
      undefined,
    ],
    ['an identify that was rejected', identify('1', { plan: 'bad' }), response(400)],
    ['an identify that may have got through', identify('1', { plan: 'free' }), failure('TIMEOUT')],
  ])('sends an identify again after %s', async (_what, between, answer) => {
    const { courier, sizes } = receiverOf(inTurn(undefined, answer));
    const memory = createIdentifyMemory();
    await courier.deliver(requestOf([same()], { memory }));
    await courier.deliver(requestOf([queued(between)], { memory }));
    expect(states(await courier.deliver(requestOf([same()], { memory })))).toEqual(['delivered']);
    expect(sizes).toEqual([1, 1, 1]);
  });
});
