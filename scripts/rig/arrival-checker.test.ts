import type { Arrival, Operation } from '@cio-fleet/simulator';
import { expect, it } from 'vitest';
import { type ArrivalChecker, createArrivalChecker } from './arrival-checker.ts';
import { REJECTED_NAME } from './numbered-operation.ts';

const CLEAN = {
  ...{ accepted: 0, lost: 0, lostByRedis: 0, outOfOrder: 0, repeats: 0, naturalRepeats: 0, doubled: 0 },
  ...{ undead: 0, erased: 0, discarded: 0, examples: [] },
};

function accept(checker: ArrivalChecker, person: string, count: number): void {
  for (let i = 0; i < count; i += 1) checker.accepted(person, checker.next(person));
}

function arrive(checker: ArrivalChecker, operation: Partial<Operation>): void {
  checker.arrived({ operation: { type: 'person', ...operation } } as Arrival);
}

const event = (id: string, n: number, more: Partial<Operation> = {}): Partial<Operation> => ({
  action: 'event',
  identifiers: { id },
  name: 'Numbered',
  attributes: { n },
  id: `ulid-${id}-${n}`,
  ...more,
});
const identify = (id: string, ...numbers: number[]): Partial<Operation> => ({
  action: 'identify',
  identifiers: { id },
  attributes: Object.fromEntries(numbers.map((n) => [`n${n}`, true])),
});

it('finds nothing wrong where everything arrives once and in order', () => {
  const checker = createArrivalChecker();
  accept(checker, 'p', 3);
  arrive(checker, event('p', 0));
  arrive(checker, identify('p', 1, 2));
  expect(checker.verdict()).toEqual({ ...CLEAN, accepted: 3 });
  expect([checker.acceptedCount(), checker.arrivedCount()]).toEqual([3, 3]);
});

it('counts an arrival as well when it is seen before its acceptance is told', () => {
  const checker = createArrivalChecker();
  arrive(checker, event('p', 0));
  checker.accepted('p', 0);
  expect([checker.arrivedCount(), checker.verdict().lost]).toEqual([1, 0]);
});

it('finds what was accepted and never arrived', () => {
  const checker = createArrivalChecker();
  accept(checker, 'p', 2);
  arrive(checker, event('p', 1));
  expect(checker.verdict()).toMatchObject({ lost: 1, examples: ['lost: p #0'] });
});

it('reports apart what was accepted while Redis may have lost it', () => {
  const checker = createArrivalChecker();
  accept(checker, 'before', 1);
  const from = performance.now();
  accept(checker, 'during', 1);
  checker.mayHaveLostSince(from);
  expect(checker.verdict()).toMatchObject({ lost: 1, lostByRedis: 1, examples: ['lost: before #0'] });
});

it('excuses what was retained when Redis may have lost it at any time after its call', () => {
  const checker = createArrivalChecker();
  checker.retained('p', checker.next('p'));
  checker.mayHaveLostSince(performance.now());
  checker.accepted('p', 0);
  expect(checker.verdict()).toMatchObject({ accepted: 1, lost: 0, lostByRedis: 1 });
});

it('counts apart what an operator dropped', () => {
  const checker = createArrivalChecker();
  accept(checker, 'p', 1);
  checker.discardable('p', 0);
  expect(checker.verdict()).toEqual({ ...CLEAN, accepted: 1, discarded: 1 });
});

it('excuses nothing that spools still have', () => {
  const checker = createArrivalChecker();
  const from = performance.now();
  accept(checker, 'p', 1);
  checker.mayHaveLostSince(from, true);
  expect(checker.verdict()).toMatchObject({ lost: 1, lostByRedis: 0 });
});

it('finds a first arrival after a later one, but not among different persons', () => {
  const checker = createArrivalChecker();
  accept(checker, 'p', 3);
  accept(checker, 'q', 1);
  for (const arrival of [event('p', 0), event('p', 2), event('q', 0), event('p', 1)]) arrive(checker, arrival);
  expect(checker.verdict()).toMatchObject({ outOfOrder: 1, examples: ['out of order: p #1 after #2'] });
});

it('lets refused and redriven operations be late', () => {
  const checker = createArrivalChecker();
  accept(checker, 'p', 3);
  checker.late('p', 1);
  arrive(checker, event('p', 2));
  arrive(checker, event('p', 0, { name: REJECTED_NAME }));
  arrive(checker, event('p', 1));
  expect(checker.verdict()).toEqual({ ...CLEAN, accepted: 3 });
});

it('tells repeats that Customer.io drops by their ULID from those that are harmless by nature', () => {
  const checker = createArrivalChecker();
  accept(checker, 'p', 2);
  for (const arrival of [event('p', 0), event('p', 0), identify('p', 1), identify('p', 1)]) arrive(checker, arrival);
  expect(checker.verdict()).toEqual({ ...CLEAN, accepted: 2, repeats: 2, naturalRepeats: 1 });
});

it('finds an event that arrives again under another ULID', () => {
  const checker = createArrivalChecker();
  accept(checker, 'p', 1);
  arrive(checker, event('p', 0));
  arrive(checker, event('p', 0, { id: 'another' }));
  expect(checker.verdict()).toMatchObject({ repeats: 1, doubled: 1 });
});

it('excuses what is older than its person’s erasure, and finds it when it arrives after that', () => {
  const checker = createArrivalChecker();
  accept(checker, 'p', 2);
  checker.erasing('p', 2);
  accept(checker, 'p', 2);
  expect(checker.verdict()).toMatchObject({ lost: 2, erased: 2 });
  arrive(checker, { action: 'delete', identifiers: { id: 'p' } });
  arrive(checker, event('p', 3));
  expect(checker.verdict()).toEqual({ ...CLEAN, accepted: 4, erased: 2 });
  arrive(checker, event('p', 1, { name: REJECTED_NAME }));
  expect(checker.verdict()).toMatchObject({ undead: 1, outOfOrder: 0 });
});

it('knows an erasure that arrives before the word of its number', () => {
  const checker = createArrivalChecker();
  accept(checker, 'p', 1);
  arrive(checker, { action: 'suppress', identifiers: { id: 'p' } });
  checker.erasing('p', 1);
  accept(checker, 'p', 1);
  expect(checker.verdict()).toEqual({ ...CLEAN, accepted: 2, erased: 1 });
});

it('does not excuse anything by an erasure that was neither accepted nor seen', () => {
  const checker = createArrivalChecker();
  accept(checker, 'p', 1);
  checker.erasing('p', 1);
  expect(checker.verdict()).toMatchObject({ lost: 1, erased: 0 });
});

it('measures how long after a moment the last operation accepted before it arrived', () => {
  const checker = createArrivalChecker();
  accept(checker, 'p', 1);
  const mended = performance.now();
  while (performance.now() < mended + 5);
  arrive(checker, event('p', 0));
  const [recovery] = checker.recoveriesMs([mended]);
  expect(recovery).toBeGreaterThanOrEqual(4);
  expect(checker.recoveriesMs([performance.now()])).toEqual([0]);
});
