import { describe, expect, it } from 'vitest';
import { type Brake, type BrakeFilter, isBrakeFilter, matchesBrake, readBrake } from './brake.ts';
import type { Operation } from './operation.ts';
import type { QueuedOperation } from './queued-operation.ts';

const AT = 1_800_000_000_000;
const event = { type: 'person', action: 'event', identifiers: { id: '42' }, name: 'Order Placed' } as const;

function queued(op: Operation, more: Partial<QueuedOperation> = {}): QueuedOperation {
  return { id: '01J00000000000000000000001', at: AT, source: 'shop', op, ...more };
}

function brake(filter: BrakeFilter, more: Partial<Brake> = {}): Brake {
  return { id: '01J', kind: 'hold', filter, at: AT, by: 'test', ...more };
}

function personState(action: 'suppress' | 'unsuppress' | 'delete'): Operation {
  return { type: 'person', action, identifiers: { id: '42' } };
}

describe('a brake', () => {
  it.each<[string, BrakeFilter, boolean]>([
    ['the name', { name: 'Order Placed' }, true],
    ['another name', { name: 'order placed' }, false],
    ['the verb', { verb: 'track' }, true],
    ['another verb', { verb: 'page' }, false],
    ['the source', { source: 'shop' }, true],
    ['another source', { source: 'crm' }, false],
    ['the person', { person: 'id:42' }, true],
    ['another person', { person: 'email:42' }, false],
    ['a time that began before', { since: AT }, true],
    ['a time that begins later', { since: AT + 1 }, false],
    ['a time that ended later', { until: AT + 1 }, true],
    ['a time that ended then', { until: AT }, false],
    ['everything that it is', { name: 'Order Placed', verb: 'track', source: 'shop', person: 'id:42' }, true],
    ['all but one', { name: 'Order Placed', verb: 'track', source: 'crm', person: 'id:42' }, false],
  ])('by %s: whether it means an event is decided by its filter (%j: %s)', (_what, filter, matches) => {
    expect(matchesBrake(queued(event), brake(filter), AT)).toBe(matches);
    expect(matchesBrake(queued(event), brake(filter, { kind: 'discard' }), AT)).toBe(matches);
  });

  it('by name means nothing that has no name', () => {
    const identify = {
      type: 'person',
      action: 'identify',
      identifiers: { id: '42' },
      attributes: { name: 'x' },
    } as const;
    expect(matchesBrake(queued(identify), brake({ name: 'x' }), AT)).toBe(false);
  });

  it('by source does not mean what has none', () => {
    const { source: _, ...nameless } = queued(event);
    expect(matchesBrake(nameless, brake({ source: 'shop' }), AT)).toBe(false);
  });

  it('counts the time of what was redriven from its redrive', () => {
    const redriven = queued(event, { redrives: 1, redrivenAt: AT + 10 });
    expect(matchesBrake(redriven, brake({ until: AT + 5 }), AT)).toBe(false);
    expect(matchesBrake(redriven, brake({ since: AT + 5 }), AT)).toBe(true);
  });

  it('that has expired means nothing', () => {
    const expiring = brake({ source: 'shop' }, { kind: 'discard', expiresAt: AT + 10 });
    expect(matchesBrake(queued(event), expiring, AT + 9)).toBe(true);
    expect(matchesBrake(queued(event), expiring, AT + 10)).toBe(false);
  });

  it.each([
    { action: 'suppress', hold: false, discard: false },
    { action: 'delete', hold: false, discard: false },
    { action: 'unsuppress', hold: true, discard: false },
  ] as const)('means $action only where it must, unless it names that verb', ({ action, hold, discard }) => {
    const operation = queued(personState(action));
    expect(matchesBrake(operation, brake({ source: 'shop' }), AT)).toBe(hold);
    expect(matchesBrake(operation, brake({ source: 'shop' }, { kind: 'discard' }), AT)).toBe(discard);
    expect(matchesBrake(operation, brake({ verb: action }), AT)).toBe(true);
    expect(matchesBrake(operation, brake({ verb: action }, { kind: 'discard' }), AT)).toBe(true);
  });
});

describe('a brake as Redis has it', () => {
  it('is read as it was written', () => {
    const written = brake({ name: 'x', until: 5 }, { kind: 'discard', reason: 'bad deploy', expiresAt: 9 });
    expect(readBrake(JSON.stringify(written))).toEqual(written);
  });

  it.each([
    ['no JSON', '{'],
    ['no object', '7'],
    ['another kind', JSON.stringify({ ...brake({ name: 'x' }), kind: 'slow' })],
    ['no filter', JSON.stringify({ ...brake({}), filter: undefined })],
    ['a filter that means everything', JSON.stringify(brake({}))],
    ['a field of a newer version', JSON.stringify({ ...brake({ name: 'x' }), filter: { name: 'x', country: 'de' } })],
    ['a field of another type', JSON.stringify({ ...brake({ name: 'x' }), filter: { since: 'yesterday' } })],
    ['an end that is no time', JSON.stringify({ ...brake({ name: 'x' }), expiresAt: 'soon' })],
  ])('brakes nothing when it has %s', (_what, text) => {
    expect(readBrake(text)).toBeUndefined();
  });
});

it('a filter without a field is none, because it would mean everything', () => {
  expect([isBrakeFilter({}), isBrakeFilter(null), isBrakeFilter({ person: 'id:1' })]).toEqual([false, false, true]);
});
