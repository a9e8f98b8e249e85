import type { QueuedOperation } from '@cio-fleet/contracts';
import { describe, expect, it } from 'vitest';
import { event } from '../test/fixtures/operations.ts';
import { assembleBatch } from './batch.ts';

const head = { id: 'head', operations: [event('ada', 1), event('bob', 2)] };
const waiting = (id: string, operations: readonly QueuedOperation[]) => ({
  id,
  data: JSON.stringify({ v: 1, operations }),
});

describe('a batch', () => {
  const jobs = [
    waiting('a', [event('cid', 3)]),
    waiting('b', [event('ada', 4), event('cid', 5)]),
    waiting('c', [event('dan', 6)]),
  ];

  it('takes followers in order, and names each person once', () => {
    const batch = assembleBatch(head, jobs, 100);
    expect(batch.followers.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    expect(batch.operations.map(({ op }) => ('name' in op ? op.name : ''))).toEqual([
      'n1',
      'n2',
      'n3',
      'n4',
      'n5',
      'n6',
    ]);
    expect(batch.laneKeys).toEqual(['id:ada', 'id:bob', 'id:cid', 'id:dan']);
  });

  it.each([
    { most: 6, followers: ['a', 'b', 'c'] },
    { most: 5, followers: ['a', 'b'] },
    { most: 4, followers: ['a'] },
    { most: 2, followers: [] },
    { most: 0, followers: [] },
  ])(
    'of at most $most operations takes followers $followers: it never skips one to fit a later one',
    ({ most, followers }) => {
      expect(assembleBatch(head, jobs, most).followers.map(({ id }) => id)).toEqual(followers);
    },
  );

  it.each([
    { what: 'no JSON', data: '{"v":1,' },
    { what: 'no job of ours', data: '{"hello":"world"}' },
    { what: 'a job without operations', data: '{"v":1,"operations":[]}' },
    { what: 'a newer format', data: '{"v":99,"operations":[]}' },
    { what: 'nothing', data: '' },
  ])('ends before a follower that holds $what', ({ data }) => {
    const [first, ...others] = jobs;
    if (first === undefined) throw new Error('There are jobs.');
    expect(assembleBatch(head, [first, { id: 'x', data }, ...others], 100).followers.map(({ id }) => id)).toEqual([
      'a',
    ]);
  });
});
