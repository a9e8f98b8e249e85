import { expect, it } from 'vitest';
import { contentIdempotencyKey } from './idempotency.ts';
import type { Operation } from './operation.ts';

const track: Operation = {
  type: 'person',
  action: 'event',
  identifiers: { id: '42' },
  name: 'Order Placed',
  attributes: { total: 9.5, items: ['book', { sku: 1, size: 'A5' }] },
};

it('gives equal operations one content key, whatever the order of their attributes, their time and their id', () => {
  const again: Operation = {
    name: 'Order Placed',
    attributes: { items: ['book', { size: 'A5', sku: 1 }], total: 9.5 },
    identifiers: { id: '42' },
    timestamp: 1_700_000_000,
    id: '01HB4HBDKTFWYZCK01DMRSWRFD',
    action: 'event',
    type: 'person',
  };
  expect(contentIdempotencyKey(again)).toBe(contentIdempotencyKey(track));
});

it.each<[string, Operation]>([
  ['another person', { ...track, identifiers: { id: '43' } }],
  ['another name', { ...track, name: 'Order Shipped' }],
  ['another value', { ...track, attributes: { total: 9.51, items: ['book', { sku: 1, size: 'A5' }] } }],
  ['another order within a list', { ...track, attributes: { total: 9.5, items: [{ sku: 1, size: 'A5' }, 'book'] } }],
  ['text for a number', { ...track, attributes: { total: '9.5', items: ['book', { sku: 1, size: 'A5' }] } }],
])('gives %s another content key', (_, other) => {
  expect(contentIdempotencyKey(other)).not.toBe(contentIdempotencyKey(track));
});
