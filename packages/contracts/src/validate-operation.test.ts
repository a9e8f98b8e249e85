import { describe, expect, it } from 'vitest';
import type { RefusalCode } from './refusal-codes.ts';
import { validateOperation } from './validate-operation.ts';

const NOW_MS = Date.UTC(2026, 1, 25);
const SECONDS = 1_772_013_598;
const ULID = '01HB4HBDKTFWYZCK01DMRSWRFD';
const PERSON = { id: '42' };
const OBJECT = { object_type_id: '1', object_id: 'acme' };

/** The operation as accepted; throws when it was refused. */
function accepted(input: unknown): unknown {
  const result = validateOperation(input, NOW_MS);
  if (!result.ok) throw new Error(result.refusal.message);
  expect(JSON.parse(result.json)).toEqual(result.operation);
  expect(result.bytes).toBeGreaterThanOrEqual(Buffer.byteLength(result.json));
  return result.operation;
}

/** Code and path of the refusal. */
function refused(input: unknown): string {
  const result = validateOperation(input, NOW_MS);
  return result.ok ? 'accepted' : `${result.refusal.code} ${result.refusal.path}`.trim();
}

const person = (action: string, more: object = {}) => ({ type: 'person', action, identifiers: PERSON, ...more });
const object = (action: string, more: object = {}) => ({ type: 'object', action, identifiers: OBJECT, ...more });
const delivery = (more: object) => ({
  type: 'delivery',
  action: 'event',
  identifiers: { id: 'RPIL' },
  name: 'opened',
  ...more,
});
const metric = (more: object) => ({
  type: 'delivery',
  action: 'metric',
  identifiers: { id: 'RPIL' },
  name: 'bounced',
  ...more,
});
const form = (data: unknown, more: object = {}) => ({
  type: 'form',
  action: 'submit',
  identifiers: { form_id: 'signup' },
  data,
  ...more,
});
const segment = (more: object = {}) => ({
  type: 'segment',
  action: 'add_person',
  identifiers: { segment_id: '7' },
  person: PERSON,
  ...more,
});
const invite = (more: object = {}) => ({ type: 'invite', action: 'event', name: 'Invited', ...more });
const related = (identifiers: object, more: object = {}) => ({ cio_relationships: [{ identifiers, ...more }] });

describe('every operation of the Track API v2 is accepted as it is', () => {
  it.each([
    person('identify', { timestamp: SECONDS, attributes: { plan: 'pro' }, ...related(OBJECT) }),
    person('event', { id: ULID, name: 'Paid', timestamp: SECONDS, attributes: { total: 9.5 } }),
    person('page', { name: '/pricing', attributes: { url: 'https://example.com/pricing' } }),
    person('screen', { name: 'Home' }),
    person('add_device', {
      device: { token: 't', platform: 'ios', last_used: SECONDS, attributes: { app_version: '2.1' } },
    }),
    person('delete_device', { device: { token: 't' } }),
    person('add_relationships', related(OBJECT, { relationship_attributes: { role: 'admin' } })),
    person('delete_relationships', related({ cio_object_id: 'ob1' })),
    { type: 'person', action: 'merge', primary: PERSON, secondary: { email: 'x@y.z' } },
    person('delete'),
    person('suppress'),
    person('unsuppress'),
    object('identify', {
      attributes: { seats: 5 },
      ...related(PERSON, { relationship_attributes: { role: 'admin' } }),
    }),
    object('identify_anonymous', related({ anonymous_id: 'a1' })),
    object('add_relationships', related({ email: 'x@y.z' })),
    object('delete_relationships', related({ cio_id: 'd9c106' })),
    object('delete'),
    delivery({ timestamp: SECONDS, attributes: { device_token: 't', href: 'https://example.com' } }),
  ])('$type $action', (operation) => {
    expect(accepted(operation)).toEqual(operation);
  });

  it.each(['event', 'page', 'screen'])('person %s of someone who is not known yet', (action) => {
    const operation = person(action, { name: 'Seen', identifiers: { anonymous_id: 'a1' } });
    expect(accepted(operation)).toEqual(operation);
  });
});

it('names of pages and screens may be as long as addresses are, 499 characters', () => {
  for (const action of ['page', 'screen']) {
    const operation = person(action, { name: 'é'.repeat(499) });
    expect(accepted(operation)).toEqual(operation);
  }
});

describe('every operation that only the Track API v1 has is accepted as it is', () => {
  it.each([
    form({ email: 'ada@example.com', first_name: 'Ada' }),
    form({ id: '42' }),
    segment(),
    segment({ action: 'remove_person', person: { email: 'ada@example.com' } }),
    segment({ person: { cio_id: 'd9c106' } }),
    metric({ timestamp: SECONDS, recipient: 'ada@example.com', reason: 'mailbox full', href: 'https://example.com' }),
    metric({ name: 'clicked', recipient: 4930123456 }),
    { type: 'delivery', action: 'unsubscribe', identifiers: { id: 'RPIL' } },
    { type: 'delivery', action: 'resubscribe', identifiers: { id: 'RPIL' } },
    invite({ id: ULID, timestamp: SECONDS, attributes: { recipient: 'eve@example.com' } }),
    invite({ action: 'page' }),
  ])('$type $action', (operation) => {
    expect(accepted(operation)).toEqual(operation);
  });

  it('the number of a segment becomes text, and fields that Customer.io ignores in a form go', () => {
    expect(accepted(segment({ identifiers: { segment_id: 7 }, person: { id: 42 } }))).toEqual(segment());
    expect(accepted(form({ id: '42', gone: undefined, form_id: 7, form_url: ['x'] }))).toEqual(form({ id: '42' }));
  });
});

describe('what is not exact becomes exact', () => {
  it('a whole number as id becomes text', () => {
    expect(accepted(person('delete', { identifiers: { id: 42 } }))).toMatchObject({ identifiers: { id: '42' } });
    expect(accepted(object('delete', { identifiers: { object_type_id: 1, object_id: 7 } }))).toMatchObject({
      identifiers: { object_type_id: '1', object_id: '7' },
    });
  });

  it('the prefix cio_, which only addresses of v1 need, is cut off a cio_id', () => {
    expect(accepted(person('delete', { identifiers: { cio_id: 'cio_d9c106' } }))).toMatchObject({
      identifiers: { cio_id: 'd9c106' },
    });
  });

  it('times become unix seconds', () => {
    const date = new Date(SECONDS * 1000);
    for (const timestamp of [date, date.toISOString(), SECONDS * 1000, SECONDS]) {
      expect(accepted(person('identify', { timestamp }))).toMatchObject({ timestamp: SECONDS });
      expect(accepted(person('event', { name: 'Paid', timestamp }))).toMatchObject({ timestamp: SECONDS });
      const device = { token: 't', platform: 'ios', last_used: timestamp };
      expect(accepted(person('add_device', { device }))).toMatchObject({ device: { last_used: SECONDS } });
    }
  });

  it('names of events are trimmed, as Customer.io does', () => {
    expect(accepted(person('event', { name: '  Paid ' }))).toMatchObject({ name: 'Paid' });
  });

  it('the ULID of an event becomes upper case', () => {
    expect(accepted(person('event', { name: 'Paid', id: ULID.toLowerCase() }))).toMatchObject({ id: ULID });
  });

  it('the attribute _timestamp of v1 becomes the timestamp of v2', () => {
    expect(accepted(person('identify', { attributes: { _timestamp: SECONDS * 1000, plan: 'pro' } }))).toEqual(
      person('identify', { timestamp: SECONDS, attributes: { plan: 'pro' } }),
    );
  });

  it('undefined members, empty attributes and empty lists of relationships are left out', () => {
    const input = person('identify', { timestamp: undefined, foo: undefined, attributes: {}, cio_relationships: [] });
    expect(Object.keys(accepted(input) as object)).toEqual(['type', 'action', 'identifiers']);
    expect(accepted(person('delete', { identifiers: { id: '1', email: undefined } }))).toMatchObject({
      identifiers: { id: '1' },
    });
  });

  it('attributes of devices become text', () => {
    const attributes = { build: 7, beta: true, installed: new Date(5_000) };
    const device = { token: 't', platform: 'android', attributes };
    expect(accepted(person('add_device', { device }))).toMatchObject({
      device: { attributes: { build: '7', beta: 'true', installed: '5' } },
    });
  });
});

describe('the input stays as it is', () => {
  it('the result is a deep copy', () => {
    const input = person('event', { name: 'Paid', attributes: { lines: [{ sku: 'a' }] } });
    const before = structuredClone(input);
    const operation = accepted(input) as typeof input & { attributes: { lines: { sku: string }[] } };
    operation.attributes.lines.length = 0;
    expect(input).toEqual(before);
  });

  it('a frozen input is fine', () => {
    const attributes = Object.freeze({ lines: Object.freeze([1]) });
    expect(refused(Object.freeze(person('event', { name: 'Paid', attributes })))).toBe('accepted');
  });
});

describe('refusals name code and path', () => {
  it.each<[expected: `${RefusalCode}${string}`, input: unknown]>([
    ['OPERATION_NOT_OBJECT', undefined],
    ['OPERATION_NOT_OBJECT', null],
    ['OPERATION_NOT_OBJECT', 'identify'],
    ['OPERATION_NOT_OBJECT', [person('delete')]],
    ['OPERATION_NOT_OBJECT', new Map()],
    ['OPERATION_TYPE_UNKNOWN type', {}],
    ['OPERATION_TYPE_UNKNOWN type', { ...person('delete'), type: 'Person' }],
    ['OPERATION_ACTION_UNKNOWN action', person('track')],
    ['OPERATION_ACTION_UNKNOWN action', person('constructor')],
    ['OPERATION_ACTION_UNKNOWN action', object('event')],
    ['OPERATION_ACTION_UNKNOWN action', { type: 'delivery', action: 'sent' }],
    ['FIELD_UNKNOWN data', person('event', { name: 'Paid', data: {} })],
    ['FIELD_UNKNOWN attributes', person('suppress', { attributes: {} })],
    ['FIELD_UNKNOWN timestamp', object('identify', { timestamp: SECONDS })],
    ['FIELD_UNKNOWN identifiers', { ...person('merge'), primary: PERSON, secondary: PERSON }],
    ['FIELD_TYPE attributes', person('identify', { attributes: 'plan=pro' })],
    ['FIELD_TYPE attributes', person('identify', { attributes: ['pro'] })],
    ['FIELD_TYPE attributes', person('identify', { attributes: null })],

    ['IDENTIFIER_MISSING identifiers', { type: 'person', action: 'delete' }],
    ['IDENTIFIER_MISSING identifiers', person('delete', { identifiers: {} })],
    ['FIELD_TYPE identifiers', person('delete', { identifiers: '42' })],
    ['IDENTIFIER_AMBIGUOUS identifiers', person('delete', { identifiers: { id: '1', email: 'x@y.z' } })],
    ['IDENTIFIER_UNKNOWN identifiers.user_id', person('delete', { identifiers: { user_id: '1' } })],
    ['IDENTIFIER_UNKNOWN identifiers.anonymous_id', person('identify', { identifiers: { anonymous_id: 'a' } })],
    [
      'IDENTIFIER_UNKNOWN identifiers.__proto__',
      JSON.parse('{"type":"person","action":"delete","identifiers":{"__proto__":"1"}}'),
    ],
    ['IDENTIFIER_TYPE identifiers.id', person('delete', { identifiers: { id: null } })],
    ['IDENTIFIER_TYPE identifiers.id', person('delete', { identifiers: { id: 1.5 } })],
    ['IDENTIFIER_TYPE identifiers.id', person('delete', { identifiers: { id: 2 ** 53 } })],
    ['IDENTIFIER_TYPE identifiers.id', person('delete', { identifiers: { id: 1n } })],
    ['IDENTIFIER_TYPE identifiers.email', person('delete', { identifiers: { email: 5 } })],
    ['IDENTIFIER_EMPTY identifiers.id', person('delete', { identifiers: { id: '' } })],
    ['IDENTIFIER_EMPTY identifiers.id', person('delete', { identifiers: { id: ' \n' } })],
    ['IDENTIFIER_EMPTY identifiers.cio_id', person('delete', { identifiers: { cio_id: 'cio_' } })],
    ['IDENTIFIER_TOO_LONG identifiers.id', person('delete', { identifiers: { id: 'x'.repeat(151) } })],
    ['IDENTIFIER_TOO_LONG identifiers.id', person('delete', { identifiers: { id: 'é'.repeat(76) } })],
    ['IDENTIFIER_FORMAT identifiers.email', person('delete', { identifiers: { email: 'ada' } })],
    ['IDENTIFIER_FORMAT identifiers.email', person('delete', { identifiers: { email: 'a@b c' } })],
    ['IDENTIFIER_FORMAT identifiers.phone', person('delete', { identifiers: { phone: '030 123456' } })],
    [
      'IDENTIFIER_FORMAT identifiers.object_type_id',
      object('delete', { identifiers: { ...OBJECT, object_type_id: 0 } }),
    ],
    ['IDENTIFIER_MISSING identifiers', object('delete', { identifiers: {} })],
    ['IDENTIFIER_MISSING identifiers.object_type_id', object('delete', { identifiers: { object_id: 'a' } })],
    ['IDENTIFIER_MISSING identifiers.object_id', object('delete', { identifiers: { object_type_id: '1' } })],
    ['IDENTIFIER_AMBIGUOUS identifiers', object('delete', { identifiers: { ...OBJECT, cio_object_id: 'ob1' } })],
    ['IDENTIFIER_MISSING secondary', { type: 'person', action: 'merge', primary: PERSON }],
    [
      'IDENTIFIER_UNKNOWN primary.phone',
      { type: 'person', action: 'merge', primary: { phone: '+4930123456' }, secondary: PERSON },
    ],
    ['TEXT_INVALID identifiers.id', person('delete', { identifiers: { id: 'a\ud800' } })],
    ['TEXT_INVALID identifiers.id', person('delete', { identifiers: { id: 'a\0' } })],

    ['FIELD_MISSING name', person('event')],
    ['FIELD_TYPE name', person('event', { name: 5 })],
    ['EVENT_NAME_EMPTY name', person('event', { name: ' ' })],
    ['EVENT_NAME_TOO_LONG name', person('event', { name: 'x'.repeat(101) })],
    ['EVENT_NAME_TOO_LONG name', person('event', { name: `x${'é'.repeat(50)}` })],
    ['EVENT_NAME_TOO_LONG name', person('page', { name: 'é'.repeat(500) })],
    ['TEXT_INVALID name', person('event', { name: 'Paid\udc00' })],
    ['EVENT_ID_INVALID id', person('event', { name: 'Paid', id: 'order-1' })],
    ['EVENT_ID_INVALID id', person('event', { name: 'Paid', id: 5 })],
    ['TIMESTAMP_INVALID timestamp', person('event', { name: 'Paid', timestamp: 'now' })],
    ['TIMESTAMP_INVALID timestamp', person('event', { name: 'Paid', timestamp: null })],
    ['TIMESTAMP_OUT_OF_RANGE timestamp', person('identify', { timestamp: -1 })],

    ['FIELD_MISSING device', person('add_device')],
    ['FIELD_MISSING device.token', person('add_device', { device: { platform: 'ios' } })],
    ['FIELD_MISSING device.platform', person('add_device', { device: { token: 't' } })],
    ['DEVICE_PLATFORM_UNKNOWN device.platform', person('add_device', { device: { token: 't', platform: 'iOS' } })],
    ['IDENTIFIER_EMPTY device.token', person('delete_device', { device: { token: '' } })],
    ['FIELD_UNKNOWN device.lastUsed', person('add_device', { device: { token: 't', platform: 'ios', lastUsed: 1 } })],
    [
      'TIMESTAMP_INVALID device.last_used',
      person('add_device', { device: { token: 't', platform: 'ios', last_used: '?' } }),
    ],
    [
      'FIELD_TYPE device.attributes.os',
      person('add_device', { device: { token: 't', platform: 'ios', attributes: { os: {} } } }),
    ],

    ['FIELD_MISSING cio_relationships', person('add_relationships')],
    ['FIELD_MISSING cio_relationships', person('add_relationships', { cio_relationships: [] })],
    ['FIELD_TYPE cio_relationships', person('add_relationships', { cio_relationships: {} })],
    ['FIELD_TYPE cio_relationships[0]', person('add_relationships', { cio_relationships: ['acme'] })],
    ['IDENTIFIER_MISSING cio_relationships[0].identifiers', person('add_relationships', { cio_relationships: [{}] })],
    ['FIELD_UNKNOWN cio_relationships[0].attributes', person('add_relationships', related(OBJECT, { attributes: {} }))],
    ['IDENTIFIER_UNKNOWN cio_relationships[0].identifiers.id', person('add_relationships', related(PERSON))],
    ['IDENTIFIER_UNKNOWN cio_relationships[0].identifiers.id', object('identify_anonymous', related(PERSON))],
    [
      'VALUE_UNSUPPORTED cio_relationships[0].relationship_attributes.role',
      object('identify', related(PERSON, { relationship_attributes: { role: 1n } })),
    ],

    ['FIELD_MISSING name', delivery({ name: undefined })],
    ['DELIVERY_METRIC_UNKNOWN name', delivery({ name: 'clicked' })],
    ['FIELD_MISSING attributes.device_token', delivery({})],
    ['IDENTIFIER_EMPTY attributes.device_token', delivery({ attributes: { device_token: '' } })],
    ['FIELD_UNKNOWN attributes', metric({ attributes: { device_token: 't' } })],
    ['DELIVERY_METRIC_UNKNOWN name', metric({ name: 'sent' })],
    ['FIELD_TYPE reason', metric({ reason: 7 })],
    ['FIELD_TYPE recipient', metric({ recipient: 1.5 })],
    ['FIELD_UNKNOWN name', metric({ action: 'unsubscribe' })],
    ['IDENTIFIER_FORMAT identifiers.id', { type: 'delivery', action: 'unsubscribe', identifiers: { id: '..' } }],
    [
      'IDENTIFIER_TOO_LONG identifiers.id',
      { type: 'delivery', action: 'unsubscribe', identifiers: { id: 'x'.repeat(1_001) } },
    ],

    ['OPERATION_ACTION_UNKNOWN action', form({ id: '42' }, { action: 'constructor' })],
    ['IDENTIFIER_MISSING identifiers', form({ id: '42' }, { identifiers: undefined })],
    ['IDENTIFIER_FORMAT identifiers.form_id', form({ id: '42' }, { identifiers: { form_id: '..' } })],
    ['IDENTIFIER_FORMAT identifiers.form_id', form({ id: '42' }, { identifiers: { form_id: '.' } })],
    ['IDENTIFIER_TOO_LONG identifiers.form_id', form({ id: '4' }, { identifiers: { form_id: 'x'.repeat(151) } })],
    ['FIELD_MISSING data', form(undefined)],
    ['FIELD_TYPE data', form(['ada@example.com'])],
    ['IDENTIFIER_MISSING data', form({ first_name: 'Ada' })],
    ['IDENTIFIER_MISSING data', form({})],
    ['IDENTIFIER_AMBIGUOUS data', form({ id: '42', email: 'ada@example.com' })],
    ['FIELD_TYPE data.id', form({ id: 42 })],
    ['FIELD_TYPE data.age', form({ id: '42', age: 42 })],
    ['FIELD_TYPE data.age', form({ id: '42', age: null })],
    ['IDENTIFIER_FORMAT data.email', form({ email: 'ada' })],
    ['ATTRIBUTE_VALUE_TOO_LONG data.bio', form({ id: '42', bio: 'x'.repeat(1_001) })],
    ['NAME_UNSAFE data.__proto__', form(JSON.parse('{"id":"42","__proto__":"x"}'))],

    ['OPERATION_ACTION_UNKNOWN action', segment({ action: 'add' })],
    ['IDENTIFIER_MISSING identifiers', segment({ identifiers: {} })],
    ['IDENTIFIER_FORMAT identifiers.segment_id', segment({ identifiers: { segment_id: 0 } })],
    ['IDENTIFIER_FORMAT identifiers.segment_id', segment({ identifiers: { segment_id: '7/../8' } })],
    ['IDENTIFIER_MISSING person', segment({ person: undefined })],
    ['IDENTIFIER_UNKNOWN person.phone', segment({ person: { phone: '+4930123456' } })],
    ['IDENTIFIER_AMBIGUOUS person', segment({ person: { id: '1', email: 'x@y.z' } })],

    ['FIELD_MISSING name', invite({ name: undefined })],
    ['FIELD_UNKNOWN identifiers', invite({ identifiers: { anonymous_id: 'a1' } })],
  ])('%s', (expected, input) => {
    expect(refused(input)).toBe(expected);
  });
});

describe('the message of a refusal', () => {
  it('says what was expected, what came and what to do', () => {
    const result = validateOperation(person('delete', { identifiers: { id: 'x'.repeat(151) } }));
    expect(result).toEqual({
      ok: false,
      refusal: {
        code: 'IDENTIFIER_TOO_LONG',
        path: 'identifiers.id',
        expected: 'at most 150 bytes',
        received: 'text of 151 bytes',
        message: 'identifiers.id: expected at most 150 bytes, got text of 151 bytes. Use a shorter identifier.',
      },
    });
  });

  it('never holds the value, which may be personal data', () => {
    for (const value of ['secret', ['secret'], { a: 'secret' }, 'secret'.repeat(200)]) {
      const inputs = [
        person('delete', { identifiers: { email: value } }),
        person('identify', { attributes: { unsubscribed: value } }),
        person('event', { name: 'Paid', timestamp: value }),
        { type: value },
      ];
      for (const input of inputs)
        expect(JSON.stringify(validateOperation(input)), refused(input)).not.toContain('secret');
    }
  });

  it('lists the fields that are allowed when one is not', () => {
    expect(validateOperation(person('suppress', { name: 'x' }))).toMatchObject({
      refusal: { expected: 'one of type, action, identifiers' },
    });
  });
});
