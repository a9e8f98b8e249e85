import type { Operation } from '@cio-fleet/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { queued, track } from './operations.ts';
import { receiverOf, requestOf, response, sequences } from './receiver.ts';

const nOf = (op: Operation): number => (op as unknown as { attributes: { n: number } }).attributes.n;

/** `count` events, numbered, over `persons` persons. */
function events(count: number, persons = 50) {
  return Array.from({ length: count }, (_, n) => queued(track(`${n % persons}`, 'n', { n })));
}

const spoils = (poison: ReadonlySet<number>, status: number) => (operations: readonly Operation[]) =>
  operations.some((op) => poison.has(nOf(op))) ? response(status, { errors: [{ message: 'poison' }] }) : undefined;

function expectInOrder(accepted: readonly Operation[]): void {
  for (const numbers of sequences(accepted).values())
    expect(numbers).toEqual([...numbers].sort((a, b) => Number(a) - Number(b)));
}

const POSITIONS = [0, 1, 2, 3, 7, 31, 124, 125, 249, 250, 251, 499, 500, 501, 623, 749, 750, 873, 874, 998, 999];

describe('the search for what spoils a batch', () => {
  it.each(POSITIONS)(
    'finds the one of 1,000 at %i within 22 requests, and delivers the rest in order',
    async (position) => {
      const { courier, sizes, accepted } = receiverOf(spoils(new Set([position]), 400));
      const result = await courier.deliver(requestOf(events(1_000)));
      expect(sizes.length).toBeLessThanOrEqual(22);
      expect(result.requests).toBe(sizes.length);
      expect(result.interruption).toBeUndefined();
      expect(result.settlements.filter((settlement) => settlement?.state === 'delivered')).toHaveLength(999);
      expect(result.settlements[position]).toEqual({
        state: 'rejected',
        reason: { code: 'REJECTED', message: 'poison', status: 400 },
      });
      expect(accepted).toHaveLength(999);
      expectInOrder(accepted);
    },
  );

  it('finds any number of them, delivers each other one once, in order', async () => {
    const cases = fc.record({
      count: fc.integer({ min: 1, max: 200 }),
      poison: fc.uniqueArray(fc.integer({ min: 0, max: 199 }), { maxLength: 12 }),
      persons: fc.integer({ min: 1, max: 10 }),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ count, poison, persons }) => {
        const poisonous = new Set(poison);
        const { courier, accepted } = receiverOf(spoils(poisonous, 400));
        const { settlements } = await courier.deliver(requestOf(events(count, persons)));
        for (const [n, settlement] of settlements.entries()) {
          expect(settlement?.state).toBe(poisonous.has(n) ? 'rejected' : 'delivered');
        }
        expect(accepted.map(nOf).toSorted((a, b) => a - b)).toEqual(
          Array.from({ length: count }, (_, n) => n).filter((n) => !poisonous.has(n)),
        );
        expectInOrder(accepted);
      }),
      { numRuns: 60 },
    );
  });

  it('rejects nothing on suspicion, when only the batch as a whole was refused', async () => {
    let first = true;
    const { courier, accepted } = receiverOf(() => {
      if (!first) return undefined;
      first = false;
      return response(400);
    });
    const { settlements } = await courier.deliver(requestOf(events(64)));
    expect(settlements.every((settlement) => settlement?.state === 'delivered')).toBe(true);
    expect(accepted).toHaveLength(64);
  });

  it('takes a few more requests than operations when all of them are poison', async () => {
    const all = new Set(Array.from({ length: 64 }, (_, n) => n));
    const { courier, sizes } = receiverOf(spoils(all, 400));
    const { settlements } = await courier.deliver(requestOf(events(64)));
    expect(settlements.every((settlement) => settlement?.state === 'rejected')).toBe(true);
    expect(sizes.length).toBeLessThan(128);
  });

  it('places an error that names no operation of the batch', async () => {
    const { courier } = receiverOf((operations) =>
      operations.some((op) => nOf(op) === 5) ? response(207, { errors: [{ message: 'lost its index' }] }) : undefined,
    );
    const { settlements } = await courier.deliver(requestOf(events(8)));
    expect(settlements.map((settlement) => settlement?.state)).toEqual(
      Array.from({ length: 8 }, (_, n) => (n === 5 ? 'rejected' : 'delivered')),
    );
  });
});

describe('a request that is too large', () => {
  it('goes in halves, and a single operation that is still too large is rejected', async () => {
    const { courier, accepted } = receiverOf((operations) =>
      operations.length > 2 || operations.some((op) => nOf(op) === 3) ? response(413) : undefined,
    );
    const { settlements } = await courier.deliver(requestOf(events(8)));
    expect(settlements[3]).toMatchObject({ state: 'rejected', reason: { code: 'TOO_LARGE', status: 413 } });
    expect(settlements.filter((settlement) => settlement?.state === 'delivered')).toHaveLength(7);
    expectInOrder(accepted);
  });

  it('is not even sent when one operation alone is over what a body may have', async () => {
    const { courier, sizes } = receiverOf(() => undefined);
    const large = queued(track('1', 'n', { note: 'x'.repeat(500_000) }));
    const { settlements } = await courier.deliver(requestOf([large, queued(track('2'))]));
    expect(settlements).toMatchObject([{ state: 'rejected', reason: { code: 'TOO_LARGE' } }, { state: 'delivered' }]);
    expect(sizes).toEqual([1]);
  });
});

describe('an isolated run', () => {
  it.each(POSITIONS)('finds the one of 1,000 at %i that fails, and delivers everyone else', async (position) => {
    const { courier, breaker, accepted } = receiverOf(spoils(new Set([position]), 503));
    const result = await courier.deliver(requestOf(events(1_000), { isolate: true, purpose: 'fallback' }));
    expect(result.failedAlone).toEqual([position]);
    expect(result.interruption).toMatchObject({ kind: 'transient', error: { code: 'SERVER_ERROR' } });
    // Those of the same person that come later wait for it.
    const waiting = Array.from({ length: 1_000 }, (_, n) => n).filter((n) => n >= position && n % 50 === position % 50);
    expect([...result.settlements.keys()].filter((n) => result.settlements[n] === undefined)).toEqual(waiting);
    expect(accepted).toHaveLength(1_000 - waiting.length);
    expectInOrder(accepted);
    expect(breaker.status.state).toBe('CLOSED');
  });

  it('gives up soon when everything fails, and blames no operation', async () => {
    const { courier, sizes } = receiverOf(() => response(503));
    const result = await courier.deliver(requestOf(events(1_000), { isolate: true }));
    expect(result.interruption).toMatchObject({ kind: 'transient' });
    expect(result.failedAlone).toBeUndefined();
    expect(result.settlements.every((settlement) => settlement === undefined)).toBe(true);
    expect(sizes.length).toBeLessThan(30);
  });

  it('names a single operation that fails', async () => {
    const { courier } = receiverOf(() => response(503));
    const result = await courier.deliver(requestOf(events(1), { isolate: true }));
    expect(result).toMatchObject({ settlements: [undefined], failedAlone: [0], interruption: { kind: 'transient' } });
  });

  it('rejects what is refused on its way', async () => {
    const { courier } = receiverOf(
      (operations) => spoils(new Set([2]), 400)(operations) ?? spoils(new Set([6]), 500)(operations),
    );
    const { settlements, failedAlone } = await courier.deliver(requestOf(events(8), { isolate: true }));
    expect(settlements.map((settlement) => settlement?.state ?? 'open')).toEqual(
      Array.from({ length: 8 }, (_, n) => (n === 2 ? 'rejected' : n === 6 ? 'open' : 'delivered')),
    );
    expect(failedAlone).toEqual([6]);
  });
});
