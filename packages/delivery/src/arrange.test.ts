import type { Operation } from '@cio-fleet/contracts';
import { describe, expect, it } from 'vitest';
import { queued } from '../test/operations.ts';
import { arrange } from './arrange.ts';
import { itemOf } from './item.ts';

const track = (id: string): Operation => ({ type: 'person', action: 'event', identifiers: { id }, name: 'n' });
const form = (id: string): Operation => ({
  type: 'form',
  action: 'submit',
  identifiers: { form_id: 'f' },
  data: { id },
});
const merge = (primary: string, secondary: string): Operation => ({
  type: 'person',
  action: 'merge',
  primary: { id: primary },
  secondary: { id: secondary },
});
const toSegment = (person: { id: string } | { email: string }, segmentId = '7'): Operation => ({
  type: 'segment',
  action: 'add_person',
  identifiers: { segment_id: segmentId },
  person,
});
const outOfSegment = (id: string): Operation => ({
  type: 'segment',
  action: 'remove_person',
  identifiers: { segment_id: '7' },
  person: { id },
});

/** The indexes of each run. */
function arranged(...operations: readonly Operation[]): readonly (readonly number[])[] {
  const items = operations.map((op, index) => itemOf({ index, queued: queued(op) }));
  return arrange(items).map((run) => run.flatMap(({ members }) => members.map(({ index }) => index)));
}

describe('arrange', () => {
  it('leaves a batch of what v2 takes as it is', () => {
    expect(arranged(track('1'), merge('1', '2'), track('2'))).toEqual([[0, 1, 2]]);
    expect(arranged()).toEqual([]);
  });

  it('brings what goes to one segment together, past operations of other persons', () => {
    const operations = ['1', '2', '3'].flatMap((id) => [track(id), toSegment({ id })]);
    expect(arranged(...operations)).toEqual([
      [0, 2, 4],
      [1, 3, 5],
    ]);
  });

  it('keeps the order of one person: what comes after an addition is sent after it', () => {
    expect(arranged(track('1'), toSegment({ id: '1' }), track('1'), track('2'))).toEqual([[0, 3], [1], [2]]);
    expect(arranged(toSegment({ id: '1' }), outOfSegment('1'), toSegment({ id: '1' }))).toEqual([[0], [1], [2]]);
  });

  it('lets nothing pass a merge of either person', () => {
    const operations = [toSegment({ id: '2' }), merge('1', '2'), toSegment({ id: '2' }), toSegment({ id: '3' })];
    expect(arranged(...operations)).toEqual([[0, 3], [1], [2]]);
  });

  it('parts segments, directions and kinds of identifiers', () => {
    const operations = [
      toSegment({ id: '1' }),
      toSegment({ id: '2' }, '8'),
      toSegment({ email: 'a@b.c' }),
      outOfSegment('3'),
      toSegment({ id: '4' }),
    ];
    expect(arranged(...operations)).toEqual([[0, 4], [1], [2], [3]]);
  });

  it('gives each form a request of its own, and the rest one around them', () => {
    expect(arranged(track('1'), form('2'), track('3'), form('4'), track('5'))).toEqual([[0, 2, 4], [1], [3]]);
  });
});
