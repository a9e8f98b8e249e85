import type { Operation } from '@cio-fleet/contracts';
import { describe, expect, it } from 'vitest';
import { erase, identify, queued, track } from '../test/operations.ts';
import { coalesce } from './coalesce.ts';
import { bytesOf } from './item.ts';
import { DEFAULT_LIMITS } from './limits.ts';

const AT_MS = 1_772_013_598_000;

/** Each operation is accepted a second after the one before. */
function coalesced(...operations: readonly Operation[]) {
  const members = operations.map((op, index) => ({ index, queued: queued(op, AT_MS + index * 1_000) }));
  return coalesce(members, DEFAULT_LIMITS);
}

function groups(...operations: readonly Operation[]): number[][] {
  return coalesced(...operations).map(({ members }) => members.map(({ index }) => index));
}

describe('consecutive identifies of one person', () => {
  it('merge into one: the last writer of each attribute wins, with the newest timestamp', () => {
    const items = coalesced(identify('1', { a: 1, b: 1 }), identify('1', { b: 2, c: 2 }), identify('1', { c: 3 }));
    expect(items).toHaveLength(1);
    expect(items[0]?.op).toEqual({
      type: 'person',
      action: 'identify',
      identifiers: { id: '1' },
      attributes: { a: 1, b: 2, c: 3 },
      timestamp: AT_MS / 1_000 + 2,
    });
    expect(items[0]?.members.map(({ index }) => index)).toEqual([0, 1, 2]);
  });

  it('merge around what others do meanwhile', () => {
    expect(groups(identify('1', { a: 1 }), track('2'), identify('2'), identify('1', { a: 2 }))).toEqual([
      [0, 3],
      [1],
      [2],
    ]);
  });

  it('merge for one e-mail address in any case', () => {
    const byEmail = (email: string): Operation => ({ type: 'person', action: 'identify', identifiers: { email } });
    expect(groups(byEmail('Ada@Example.com'), byEmail('ada@example.com'))).toEqual([[0, 1]]);
  });

  it('keep removals of attributes', () => {
    expect(coalesced(identify('1', { a: 1 }), identify('1', { a: null }))[0]?.op).toMatchObject({
      attributes: { a: null },
    });
  });

  it('count the bytes of what they merge into', () => {
    const [item] = coalesced(identify('1', { a: 'ä' }), identify('1', { b: 'ö' }));
    expect(item?.bytes).toBe(bytesOf(item?.op as Operation));
  });

  it('merge when their explicit timestamps are equal', () => {
    expect(groups(identify('1', { a: 1 }, { timestamp: 5 }), identify('1', { b: 1 }, { timestamp: 5 }))).toEqual([
      [0, 1],
    ]);
  });
});

describe('identifies that stay apart', () => {
  const relate = { cio_relationships: [{ identifiers: { object_type_id: '1', object_id: 'acme' } }] };
  const secondary = (id: string): Operation => ({
    type: 'person',
    action: 'merge',
    primary: { id: '9' },
    secondary: { id },
  });
  const object = (id: string): Operation => ({
    type: 'object',
    action: 'identify',
    identifiers: { object_type_id: '1', object_id: 'acme' },
    cio_relationships: [{ identifiers: { id } }],
  });

  it.each<[string, Operation[]]>([
    ['across an event of the person', [identify('1', { a: 1 }), track('1'), identify('1', { a: 2 })]],
    ['across a delete of the person', [identify('1', { a: 1 }), erase('1'), identify('1', { a: 2 })]],
    ['across a merge that removes the person', [identify('1', { a: 1 }), secondary('1'), identify('1', { a: 2 })]],
    ['across an object that is related to the person', [identify('1', { a: 1 }), object('1'), identify('1', { a: 2 })]],
    ['of different persons', [identify('1', { a: 1 }), identify('2', { a: 1 })]],
    ['with _update', [identify('1', { a: 1 }), identify('1', { a: 2, _update: true })]],
    [
      'with subscription preferences',
      [identify('1', { 'cio_subscription_preferences.topics.topic_1': true }), identify('1', { a: 1 })],
    ],
    ['with relationships', [identify('1', { a: 1 }), { ...identify('1', { a: 2 }), ...relate } as Operation]],
    [
      'with different explicit timestamps',
      [identify('1', { a: 1 }, { timestamp: 5 }), identify('1', { a: 2 }, { timestamp: 6 })],
    ],
    ['with and without an explicit timestamp', [identify('1', { a: 1 }), identify('1', { a: 2 }, { timestamp: 6 })]],
    ['that change the e-mail address twice', [identify('1', { email: 'a@x.y' }), identify('1', { email: 'b@x.y' })]],
    ['that name two anonymous visitors', [identify('1', { anonymous_id: 'a' }), identify('1', { anonymous_id: 'b' })]],
    ['that replace a nested value', [identify('1', { a: { b: 1 } }), identify('1', { a: { c: 1 } })]],
    ['of which one has a value that is too long', [identify('1', { a: 'x'.repeat(1_001) }), identify('1', { b: 1 })]],
    ['of which one has a name that is too long', [identify('1', { b: 1 }), identify('1', { ['x'.repeat(151)]: 1 })]],
  ])('%s', (_what, operations) => {
    expect(groups(...operations)).toEqual(operations.map((_, index) => [index]));
  });

  it('when together they would have more than 300 attributes', () => {
    const attributes = (prefix: string) =>
      Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`${prefix}${i}`, i]));
    expect(groups(identify('1', attributes('a')), identify('1', attributes('b')))).toEqual([[0], [1]]);
  });

  it('when together they would be larger than one operation may be', () => {
    const attributes = (prefix: string) =>
      Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`${prefix}${i}`, 'x'.repeat(900)]));
    expect(groups(identify('1', attributes('a')), identify('1', attributes('b')))).toEqual([[0], [1]]);
  });
});
