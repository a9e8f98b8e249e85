import { describe, expect, it } from 'vitest';
import { laneKeyOf, laneOf, personLaneKey } from './lane.ts';
import type { Operation } from './operation.ts';

// Computed with Python's zlib. They may never change: producers and workers of all versions must agree.
const VECTORS: readonly (readonly [laneKey: string, ofEight: number, ofFive: number])[] = [
  ['id:42', 4, 4],
  ['email:ada@example.com', 1, 3],
  ['phone:+4930123456', 7, 3],
  ['cio_id:d9c106000001', 7, 1],
  ['anonymous_id:a1', 1, 1],
  ['object:1:acme', 4, 0],
  ['cio_object_id:ob1', 2, 2],
  ['delivery:RPIL', 5, 4],
  ['id:Zoë', 5, 0],
  ['id:日本語', 6, 0],
];

describe('lane of a lane key', () => {
  it.each(VECTORS)('%s is on the lane that it always was', (laneKey, ofEight, ofFive) => {
    expect(laneOf(laneKey, 8)).toBe(ofEight);
    expect(laneOf(laneKey, 5)).toBe(ofFive);
  });

  it('10,000 persons spread evenly over 8 lanes', () => {
    const counts = new Array<number>(8).fill(0);
    for (let id = 0; id < 10_000; id++) {
      const lane = laneOf(`id:${id}`, 8);
      counts[lane] = (counts[lane] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(1_100);
    expect(Math.max(...counts)).toBeLessThan(1_400);
  });
});

describe('lane key', () => {
  it.each<[key: string, operation: Operation]>([
    ['id:42', { type: 'person', action: 'identify', identifiers: { id: '42' } }],
    ['email:ada@example.com', { type: 'person', action: 'delete', identifiers: { email: 'Ada@Example.COM' } }],
    ['phone:+4930123456', { type: 'person', action: 'suppress', identifiers: { phone: '+4930123456' } }],
    ['cio_id:d9c106', { type: 'person', action: 'unsuppress', identifiers: { cio_id: 'd9c106' } }],
    ['anonymous_id:a1', { type: 'person', action: 'event', name: 'Seen', identifiers: { anonymous_id: 'a1' } }],
    ['id:1', { type: 'person', action: 'merge', primary: { id: '1' }, secondary: { email: 'x@y.z' } }],
    ['object:1:acme', { type: 'object', action: 'delete', identifiers: { object_type_id: '1', object_id: 'acme' } }],
    ['cio_object_id:ob1', { type: 'object', action: 'identify', identifiers: { cio_object_id: 'ob1' } }],
    [
      'delivery:RPIL',
      {
        type: 'delivery',
        action: 'event',
        name: 'opened',
        identifiers: { id: 'RPIL' },
        attributes: { device_token: 't' },
      },
    ],
    ['delivery:RPIL', { type: 'delivery', action: 'unsubscribe', identifiers: { id: 'RPIL' } }],
    ['id:42', { type: 'form', action: 'submit', identifiers: { form_id: 'f' }, data: { id: '42' } }],
    [
      'email:ada@example.com',
      { type: 'form', action: 'submit', identifiers: { form_id: 'f' }, data: { email: 'Ada@Example.com', phone: '1' } },
    ],
    [
      'cio_id:d9',
      { type: 'segment', action: 'add_person', identifiers: { segment_id: '7' }, person: { cio_id: 'd9' } },
    ],
    ['email:eve@x.y', { type: 'invite', action: 'event', name: 'Hi', attributes: { recipient: 'Eve@x.y' } }],
    ['invite:Hi', { type: 'invite', action: 'event', name: 'Hi' }],
  ])('%s comes from the identifier of its operation', (key, operation) => {
    expect(laneKeyOf(operation)).toBe(key);
  });

  it('an e-mail address has one lane key whatever its case, an id has one for each case', () => {
    expect(personLaneKey({ email: 'A@b.C' })).toBe(personLaneKey({ email: 'a@B.c' }));
    expect(personLaneKey({ id: 'A' })).not.toBe(personLaneKey({ id: 'a' }));
  });
});
