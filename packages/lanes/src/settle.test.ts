import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ACCEPTED_AT, event, operationId } from '../test/fixtures/operations.ts';
import type { Batch, BatchJob } from './batch.ts';
import { NO_PROGRESS } from './head-progress.ts';
import { deadLetterAddress, fallbackAddress, laneAddress, parkedAddress } from './queue-address.ts';
import { type Fate, movedPushes, settle, settledProgress } from './settle.ts';

const delivered: Fate = { kind: 'delivered' };
const moved: Fate = { kind: 'moved' };
const rejected: Fate = { kind: 'dead-lettered', reason: { code: 'REJECTED', message: 'bad name' } };
const expired: Fate = { kind: 'dead-lettered', reason: { code: 'EXPIRED', message: 'too old' } };

function batchOf(...jobs: readonly BatchJob['operations'][]): Batch {
  const [head, ...followers] = jobs.map((operations, index) => ({ id: `job-${index}`, operations }));
  if (head === undefined) throw new Error('A batch has a head.');
  return { head, followers, operations: jobs.flat(), laneKeys: [] };
}

function settled(queue: ReturnType<typeof laneAddress>, batch: Batch, fates: readonly Fate[]) {
  const input = {
    nonce: 'nonce',
    turn: 7,
    progress: NO_PROGRESS,
    nowMs: ACCEPTED_AT,
    deadLetterAllowance: () => 1000,
  };
  return settle({ queue, batch, fates, ...input });
}

const lane = laneAddress('w', 3);
const fallback = fallbackAddress('w');

describe('a batch of a lane', () => {
  const batch = batchOf([event('ada', 1)], [event('bob', 2), event('ada', 3)], [event('cid', 4)]);

  it('that was delivered changes no hold and pushes nothing', () => {
    const finish = settled(lane, batch, Array(4).fill(delivered));
    expect(finish.pushes).toEqual([]);
    expect([...finish.held]).toEqual([]);
    expect([...finish.ledger]).toEqual([['delivered', 4]]);
  });

  it('keeps nothing of its operations for Bull Board when one was erased, or erases', () => {
    expect(settled(lane, batch, Array(4).fill(delivered)).dropsData).toBeUndefined();
    expect(settled(lane, batch, [delivered, { kind: 'erased' }, delivered, delivered]).dropsData).toBe(true);
    const { op, ...rest } = event('ada', 5);
    const erasing = { ...rest, op: { type: 'person', identifiers: { id: 'ada' }, action: 'delete' } } as typeof rest & {
      op: typeof op;
    };
    expect(settled(lane, batchOf([erasing]), [delivered]).dropsData).toBe(true);
  });

  it('names its followers in order, with their operations, and the nonce that it read by', () => {
    const finish = settled(lane, batch, Array(4).fill(delivered));
    expect(finish).toMatchObject({
      nonce: 'nonce',
      headOperations: 1,
      followers: [
        { id: 'job-1', operations: 2 },
        { id: 'job-2', operations: 1 },
      ],
    });
  });

  it('holds each person once per operation that moves, and leaves the rest to the ledger', () => {
    const finish = settled(lane, batch, [moved, delivered, moved, rejected]);
    expect([...finish.held]).toEqual([['id:ada', 2]]);
    expect([...finish.ledger]).toEqual([
      ['delivered', 1],
      ['dead-lettered', 1],
    ]);
    expect([...finish.deadLetterReasons]).toEqual([['REJECTED', 1]]);
  });

  it('moves operations to fallback in the order accepted, as one job', () => {
    const [push, ...rest] = settled(lane, batch, Array(4).fill(moved)).pushes;
    expect(rest).toEqual([]);
    expect(push).toMatchObject({ to: fallback, name: 'batch', operations: 4 });
    const data = JSON.parse(push?.data ?? '') as { operations: { id: string }[] };
    expect(data.operations.map(({ id }) => id)).toEqual([1, 2, 3, 4].map(operationId));
  });

  it('pushes each dead letter under its operation and redrive count', () => {
    const redriven = batchOf([event('ada', 1, { redrives: 2 })], [event('bob', 2)]);
    const { pushes } = settled(lane, redriven, [rejected, expired]);
    expect(pushes.map(({ to, id, name }) => ({ to, id, name }))).toEqual([
      { to: deadLetterAddress('w'), id: `${operationId(1)}-2`, name: 'track' },
      { to: deadLetterAddress('w'), id: `${operationId(2)}-0`, name: 'track' },
    ]);
  });
});

describe('a batch of fallback', () => {
  const batch = batchOf([event('ada', 1), event('bob', 2)], [event('ada', 3), event('cid', 4)]);

  it.each<{ readonly fate: Fate; readonly what: string }>([
    { what: 'delivered', fate: delivered },
    { what: 'deduplicated', fate: { kind: 'deduplicated' } },
    { what: 'erased', fate: { kind: 'erased' } },
    { what: 'rejected', fate: rejected },
    { what: 'expired', fate: expired },
  ])('lowers the count of its person for each operation that is $what', ({ fate }) => {
    const finish = settled(fallback, batch, Array(4).fill(fate));
    expect(Object.fromEntries(finish.held)).toEqual({ 'id:ada': -2, 'id:bob': -1, 'id:cid': -1 });
  });

  it('accounts for every operation exactly once, whatever its fate', () => {
    const finish = settled(fallback, batch, [delivered, rejected, { kind: 'erased' }, { kind: 'deduplicated' }]);
    expect([...finish.ledger.values()].reduce((a, b) => a + b)).toBe(4);
  });
});

describe('what is braked', () => {
  const batch = batchOf([event('ada', 1), event('bob', 2)], [event('ada', 3)]);
  const held: Fate = { kind: 'parked', side: 1, brake: 'b1' };
  const follows: Fate = { kind: 'parked', side: 1 };
  const discarded: Fate = { kind: 'discarded', brake: 'b2' };

  it('moves to its side of parked in order, counts there and for its brake, and names the turn', () => {
    const finish = settled(lane, batch, [held, discarded, follows]);
    expect(finish.pushes).toMatchObject([{ to: parkedAddress('w', 1), operations: 2 }]);
    expect([...(finish.parked?.[1] ?? [])]).toEqual([['id:ada', 2]]);
    expect([...(finish.braked ?? [])]).toEqual([
      ['b1', 1],
      ['b2', 1],
    ]);
    expect([...finish.ledger]).toEqual([['discarded', 1]]);
    expect(finish).toMatchObject({ turn: 7 });
    expect(settled(lane, batch, [delivered, discarded, delivered])).not.toHaveProperty('turn');
  });

  it('leaves the outlet for the shelf, and is counted for its brake only when it came', () => {
    const finish = settled(parkedAddress('w', 0), batch, [held, discarded, delivered]);
    expect(finish.parked?.map((counts) => Object.fromEntries(counts))).toEqual([
      { 'id:ada': -2, 'id:bob': -1 },
      { 'id:ada': 1 },
    ]);
    expect([...(finish.braked ?? [])]).toEqual([['b2', 1]]);
  });

  it('leaves fallback, and lowers the count of its person there', () => {
    const finish = settled(fallback, batch, [held, delivered, follows]);
    expect(Object.fromEntries(finish.held)).toEqual({ 'id:ada': -2, 'id:bob': -1 });
    expect(Object.fromEntries(finish.parked?.[1] ?? [])).toEqual({ 'id:ada': 2 });
  });

  it('goes to fallback instead when an earlier operation of its person could not be sent and went there', () => {
    const finish = settled(lane, batch, [moved, delivered, held]);
    expect(finish.pushes).toMatchObject([{ to: fallback, operations: 2 }]);
    expect(Object.fromEntries(finish.held)).toEqual({ 'id:ada': 2 });
    expect([...(finish.braked ?? [])]).toEqual([]);
  });
});

describe('whatever becomes of a batch', () => {
  const fate = fc.constantFrom<Fate>(delivered, moved, rejected, expired, { kind: 'erased' }, { kind: 'deduplicated' });
  const job = fc.array(fc.tuple(fc.constantFrom('ada', 'bob', 'cid'), fate), { minLength: 1, maxLength: 5 });
  const total = (counts: ReadonlyMap<string, number>) => [...counts.values()].reduce((a, b) => a + b, 0);

  it('each operation ends in one final state or in fallback, and is held as often as it is there', () => {
    fc.assert(
      fc.property(fc.array(job, { minLength: 1, maxLength: 8 }), (jobs) => {
        let number = 0;
        const batch = batchOf(...jobs.map((drawn) => drawn.map(([person]) => event(person, ++number))));
        const finish = settled(
          lane,
          batch,
          jobs.flat().map(([, becomes]) => becomes),
        );
        const pushed = (to: string) =>
          finish.pushes.filter((push) => push.to.name === to).reduce((sum, { operations }) => sum + operations, 0);
        expect(total(finish.ledger) + pushed(fallback.name)).toBe(number);
        expect(total(finish.held)).toBe(pushed(fallback.name));
        expect(finish.ledger.get('dead-lettered') ?? 0).toBe(pushed(deadLetterAddress('w').name));
        expect(total(finish.deadLetterReasons)).toBe(finish.ledger.get('dead-lettered') ?? 0);
      }),
    );
  });
});

it('a batch with an operation whose fate is unknown is refused', () => {
  expect(() => settled(lane, batchOf([event('ada', 1), event('ada', 2)]), [delivered])).toThrow(/No fate/);
});

describe('moved jobs', () => {
  it('are split below 256,000 bytes, in order, none lost', () => {
    const op = {
      type: 'person',
      identifiers: { id: 'ada' },
      action: 'event',
      name: 'x',
      attributes: { t: 'é'.repeat(15_000) },
    } as const;
    const operations = Array.from({ length: 30 }, (_, number) => ({ ...event('ada', number), op }));
    const pushes = movedPushes(fallback, operations);
    expect(pushes.length).toBeGreaterThan(3);
    for (const { data } of pushes) expect(Buffer.byteLength(data)).toBeLessThan(257_000);
    const ids = pushes.flatMap(({ data }) => (JSON.parse(data) as { operations: { id: string }[] }).operations);
    expect(ids.map(({ id }) => id)).toEqual(operations.map(({ id }) => id));
    expect(pushes.reduce((sum, push) => sum + push.operations, 0)).toBe(30);
  });

  it('carry an operation that is larger than a job by itself', () => {
    const op = {
      type: 'person',
      identifiers: { id: 'ada' },
      action: 'event',
      name: 'x',
      attributes: { t: 'x'.repeat(300_000) },
    } as const;
    const pushes = movedPushes(fallback, [event('ada', 1), { ...event('ada', 2), op }, event('ada', 3)]);
    expect(pushes.map(({ operations }) => operations)).toEqual([1, 1, 1]);
  });

  it('have fresh ids, and are named for the verb of a lone operation', () => {
    const [one] = movedPushes(fallback, [event('ada', 1)]);
    const [two] = movedPushes(fallback, [event('ada', 1)]);
    expect(one).toMatchObject({ name: 'track', options: '{"attempts":1,"removeOnComplete":{"count":100}}' });
    expect(one?.id).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
    expect(one?.id).not.toBe(two?.id);
  });

  it('are none when nothing moves', () => {
    expect(movedPushes(fallback, [])).toEqual([]);
  });
});

it('settled progress keeps what Bull Board shows and drops what only a repeat needs', () => {
  const lastError = { code: 'HTTP_503', message: 'down', at: 1 };
  const progress = { attempts: 2, throttles: 1, setups: 0, lastError, settled: { x: 'delivered' }, failures: { x: 1 } };
  expect(settledProgress({ ...progress, settled: { x: 'delivered' } })).toEqual({
    state: 'settled',
    attempts: 2,
    throttles: 1,
    setups: 0,
    lastError,
  });
});
