import { expect, it } from 'vitest';
import { eventOperation, identifyOperations, metricOperation, personOfPath } from './v1-operations.ts';

it.each([
  ['42', { id: '42' }],
  [42, { id: '42' }],
  ['cio_d9c106000001', { cio_id: 'd9c106000001' }],
  ['ada@example.com', { email: 'ada@example.com' }],
  ['+4930123456', { id: '+4930123456' }],
  ['not an@address', { id: 'not an@address' }],
])('takes the path %s for %o, as Customer.io does', (path, expected) => {
  expect(personOfPath(path)).toEqual(expected);
});

it('moves _timestamp out of the attributes and leaves _update in', () => {
  const data = { _timestamp: 1_700_000_000, _update: true, email: 'ada@example.com' };
  expect(identifyOperations('42', data)).toEqual([
    {
      type: 'person',
      action: 'identify',
      identifiers: { id: '42' },
      timestamp: 1_700_000_000,
      attributes: { _update: true, email: 'ada@example.com' },
    },
  ]);
});

it('adds relationships with the identify, and takes them away after it', () => {
  const relationships = [{ identifiers: { object_type_id: '1', object_id: 'acme' } }];
  const identify = { type: 'person', action: 'identify', identifiers: { id: '42' }, attributes: { plan: 'pro' } };
  const data = (action: string) => ({ plan: 'pro', cio_relationships: { action, relationships } });
  expect(identifyOperations('42', data('add_relationships'))).toEqual([
    { ...identify, cio_relationships: relationships },
  ]);
  expect(identifyOperations('42', data('delete_relationships'))).toEqual([
    identify,
    { type: 'person', action: 'delete_relationships', identifiers: { id: '42' }, cio_relationships: relationships },
  ]);
});

it("keeps an event's ULID, and makes any other id its idempotency key", () => {
  const ulid = '01HB4HBDKTFWYZCK01DMRSWRFD';
  expect(eventOperation({ id: '42' }, { name: 'e', id: ulid.toLowerCase() })).toMatchObject({ id: ulid });
  expect(eventOperation({ id: '42' }, { name: 'e', id: 'order-1' })).toEqual({
    type: 'person',
    action: 'event',
    identifiers: { id: '42' },
    name: 'e',
    idempotencyKey: 'order-1',
  });
});

it.each(['page', 'screen'])('makes an event of type %s one', (type) => {
  expect(eventOperation({ id: '42' }, { name: 'e', type })).toMatchObject({ action: type });
});

it('takes a metric that only v1 has for no operation', () => {
  expect(metricOperation('bounced', { delivery_id: 'D' })).toBeUndefined();
});
