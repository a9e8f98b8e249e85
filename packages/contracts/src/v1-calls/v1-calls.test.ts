import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { validateOperation } from '../validate-operation.ts';
import {
  v1AddDevice,
  v1Delete,
  v1DeleteDevice,
  v1Identify,
  v1Merge,
  v1Suppress,
  v1Unsuppress,
} from './customer-calls.ts';
import { v1Metric, v1PushEvent, v1Unsubscribe } from './delivery-calls.ts';
import { v1AnonymousEvent, v1Event } from './event-calls.ts';
import { v1SubmitForm } from './form-call.ts';
import { personOfPath } from './person-of-path.ts';
import { v1AddToSegment, v1RemoveFromSegment } from './segment-calls.ts';
import { fieldsOf, type V1Call } from './v1-call.ts';

const ULID = '01HB4HBDKTFWYZCK01DMRSWRFD';
const ada = { type: 'person', identifiers: { id: '42' } };

const meant = (call: V1Call): unknown => (call.ok ? call.operations : `${call.refusal.code} ${call.refusal.path}`);

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

describe('an identify of v1', () => {
  it('moves _timestamp out of the attributes, and leaves _update and anonymous_id in', () => {
    const attributes = { _update: true, anonymous_id: 'a1', email: 'ada@example.com' };
    expect(meant(v1Identify('42', { ...attributes, _timestamp: 1_700_000_000 }))).toEqual([
      { ...ada, action: 'identify', timestamp: 1_700_000_000, attributes },
    ]);
    expect(meant(v1Identify('42', undefined))).toEqual([{ ...ada, action: 'identify', attributes: {} }]);
  });

  const relationships = [{ identifiers: { object_type_id: '1', object_id: 'acme' } }];
  const related = (action: unknown, list: unknown = relationships) => ({
    plan: 'pro',
    cio_relationships: { action, relationships: list },
  });
  const identify = { ...ada, action: 'identify', attributes: { plan: 'pro' } };

  it('adds relationships with itself, and takes them away after it', () => {
    expect(meant(v1Identify('42', related('add_relationships')))).toEqual([
      { ...identify, cio_relationships: relationships },
    ]);
    expect(meant(v1Identify('42', related('delete_relationships')))).toEqual([
      identify,
      { ...ada, action: 'delete_relationships', cio_relationships: relationships },
    ]);
  });

  it('is refused as a whole where one of its two operations would be', () => {
    expect(meant(v1Identify('42', related('delete_relationships', [{}])))).toMatch(/^IDENTIFIER_MISSING/);
    expect(meant(v1Identify('', related('delete_relationships')))).toBe('IDENTIFIER_EMPTY identifiers.id');
  });

  it.each([
    ['FIELD_TYPE cio_relationships.action', related('replace')],
    ['FIELD_TYPE cio_relationships.action', { cio_relationships: [] }],
    ['FIELD_MISSING cio_relationships.relationships', related('add_relationships', [])],
    ['OPERATION_NOT_OBJECT ', ['plan']],
    ['OPERATION_NOT_OBJECT ', 'plan'],
  ])('is refused by its shape: %s', (refusal, body) => {
    expect(meant(v1Identify('42', body))).toBe(refusal);
  });
});

it('deletes, suppresses and unsuppresses the person of the path, and merges two', () => {
  expect([v1Delete('42'), v1Suppress('42'), v1Unsuppress('42')].flatMap((call) => meant(call))).toEqual([
    { ...ada, action: 'delete' },
    { ...ada, action: 'suppress' },
    { ...ada, action: 'unsuppress' },
  ]);
  const pair = { primary: { id: '42' }, secondary: { email: 'old@example.com' } };
  expect(meant(v1Merge({ ...pair, other: 1 }))).toEqual([{ type: 'person', action: 'merge', ...pair }]);
});

it("calls a device's id its token", () => {
  const device = { id: 't', platform: 'ios', last_used: null, attributes: { a: '1' } };
  expect(meant(v1AddDevice('42', { device }))).toEqual([
    { ...ada, action: 'add_device', device: { token: 't', platform: 'ios', attributes: { a: '1' } } },
  ]);
  expect(meant(v1DeleteDevice('42', 't'))).toEqual([{ ...ada, action: 'delete_device', device: { token: 't' } }]);
  expect(meant(v1AddDevice('42', {}))).toBe('FIELD_TYPE device');
});

describe('an event of v1', () => {
  it('keeps its id where it is a ULID, and makes any other id its idempotency key', () => {
    expect(meant(v1Event('42', { name: 'e', id: ULID.toLowerCase() }))).toEqual([
      { ...ada, action: 'event', name: 'e', id: ULID },
    ]);
    expect(meant(v1Event('42', { name: 'e', id: 'order-1', data: null }))).toEqual([
      { ...ada, action: 'event', name: 'e', idempotencyKey: 'order-1' },
    ]);
  });

  it('has a key of its own for each id, however long, and for an id that means something to us', () => {
    const keyOf = (id: string) => {
      const call = v1Event('42', { name: 'e', id });
      return call.ok ? call.operations[0]?.idempotencyKey : undefined;
    };
    const keys = ['content', `${'x'.repeat(64)}1`, `${'x'.repeat(64)}2`].map(keyOf);
    expect(new Set(keys).size).toBe(3);
    expect(keys).not.toContain('content');
    for (const key of keys) expect(key?.length).toBeLessThanOrEqual(64);
  });

  it.each(['page', 'screen'])('of type %s is one', (type) => {
    expect(meant(v1Event('42', { name: 'e', type }))).toMatchObject([{ action: type }]);
  });

  it('of someone unknown is theirs, and of nobody an invite', () => {
    expect(meant(v1AnonymousEvent({ name: 'e', anonymous_id: 'a1' }))).toEqual([
      { type: 'person', action: 'event', identifiers: { anonymous_id: 'a1' }, name: 'e' },
    ]);
    const data = { recipient: 'eve@example.com' };
    expect(meant(v1AnonymousEvent({ name: 'e', anonymous_id: '', data }))).toEqual([
      { type: 'invite', action: 'event', name: 'e', attributes: data },
    ]);
  });
});

it('reports a metric of a delivery, and of a push by its device where there is one', () => {
  const facts = { timestamp: 1_700_000_000, recipient: 'ada@example.com', reason: 'full', href: 'https://x.y' };
  expect(meant(v1Metric({ delivery_id: 'D', metric: 'bounced', ...facts, device_id: 't' }))).toEqual([
    { type: 'delivery', action: 'metric', identifiers: { id: 'D' }, name: 'bounced', ...facts },
  ]);
  const opened = { type: 'delivery', identifiers: { id: 'D' }, name: 'opened' };
  expect(meant(v1PushEvent({ delivery_id: 'D', event: 'opened', device_id: 't' }))).toEqual([
    { ...opened, action: 'event', attributes: { device_token: 't' } },
  ]);
  expect(meant(v1PushEvent({ delivery_id: 'D', event: 'opened' }))).toEqual([{ ...opened, action: 'metric' }]);
});

it('unsubscribes by a delivery, and subscribes again', () => {
  const delivery = { type: 'delivery', identifiers: { id: 'D' } };
  expect(meant(v1Unsubscribe('D', { unsubscribe: true }))).toEqual([{ ...delivery, action: 'unsubscribe' }]);
  expect(meant(v1Unsubscribe('D', { unsubscribe: false }))).toEqual([{ ...delivery, action: 'resubscribe' }]);
  expect(meant(v1Unsubscribe('D', {}))).toBe('FIELD_TYPE unsubscribe');
});

it('submits a form', () => {
  expect(meant(v1SubmitForm(7, { data: { id: '42' } }))).toEqual([
    { type: 'form', action: 'submit', identifiers: { form_id: '7' }, data: { id: '42' } },
  ]);
  expect(meant(v1SubmitForm('f', {}))).toBe('FIELD_TYPE data');
});

describe('a change of a segment', () => {
  const change = (action: string, person: object) => ({
    type: 'segment',
    action,
    identifiers: { segment_id: '7' },
    person,
  });

  it('is an operation for each person', () => {
    expect(meant(v1AddToSegment(7, undefined, { ids: ['1', 2] }))).toEqual([
      change('add_person', { id: '1' }),
      change('add_person', { id: 2 }),
    ]);
    expect(meant(v1RemoveFromSegment('7', 'cio_id', { ids: ['d9'] }))).toEqual([
      change('remove_person', { cio_id: 'd9' }),
    ]);
  });

  it('leaves out what cannot be an identifier of the type, because Customer.io ignores it', () => {
    const ids = ['a@b.c', 'nobody', '', null, { id: '1' }, `${'x'.repeat(200)}@b.c`];
    expect(meant(v1AddToSegment('7', 'email', { ids }))).toEqual([change('add_person', { email: 'a@b.c' })]);
    expect(meant(v1AddToSegment('7', 'email', { ids: ['nobody'] }))).toEqual([]);
  });

  it.each([
    ['IDENTIFIER_UNKNOWN id_type', '7', 'phone', ['1']],
    ['IDENTIFIER_UNKNOWN id_type', '7', '__proto__', ['1']],
    ['FIELD_TYPE ids', '7', 'id', []],
    ['FIELD_TYPE ids', '7', 'id', '1'],
    ['FIELD_TYPE ids', '7', 'id', new Array(1_001).fill('1')],
    ['IDENTIFIER_FORMAT identifiers.segment_id', 'seven', 'id', ['1']],
  ])('is refused by its shape: %s', (refusal, segmentId, idType, ids) => {
    expect(meant(v1AddToSegment(segmentId, idType, { ids }))).toBe(refusal);
  });
});

it('any body of JSON is answered, never thrown at, and changes no object of ours', () => {
  const path = fc.oneof(fc.string(), fc.integer(), fc.constantFrom('..', '__proto__', 'cio_', 'a@b.c'));
  const name = fc.constantFrom(
    'device',
    'data',
    'ids',
    'name',
    'id',
    'primary',
    'cio_relationships',
    '__proto__',
    'action',
  );
  const body = fc.oneof(
    fc.jsonValue(),
    fc.dictionary(name, fc.oneof(fc.jsonValue(), fc.dictionary(name, fc.jsonValue()))),
    fc.constant(JSON.parse('{"__proto__":{"polluted":1},"data":{"id":"1","__proto__":{"polluted":1}}}')),
  );
  const calls: readonly ((key: string | number, input: unknown) => V1Call)[] = [
    v1Identify,
    v1AddDevice,
    v1Event,
    v1Unsubscribe,
    v1SubmitForm,
    (key, input) => v1AddToSegment(key, input, input),
    (key, input) => v1RemoveFromSegment(key, 'id', { ids: [input, key] }),
    (_key, input) => v1Merge(input),
    (_key, input) => v1Metric(input),
    (_key, input) => v1PushEvent(input),
    (_key, input) => v1AnonymousEvent(input),
  ];
  fc.assert(
    fc.property(fc.constantFrom(...calls), path, body, (call, key, input) => {
      const result = call(key, input);
      if (result.ok) for (const draft of result.operations) validateOperation(fieldsOf(draft));
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    }),
    { numRuns: 1_000 },
  );
});
