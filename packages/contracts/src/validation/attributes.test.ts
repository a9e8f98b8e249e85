import { describe, expect, it } from 'vitest';
import { validateOperation } from '../validate-operation.ts';

const NOW_MS = Date.UTC(2026, 1, 25);
const SECONDS = 1_772_013_598;

/** The attributes as accepted, or code and path of the refusal. */
function validated(input: object): unknown {
  const result = validateOperation(input, NOW_MS);
  if (!result.ok) return `${result.refusal.code} ${result.refusal.path}`;
  return 'attributes' in result.operation ? result.operation.attributes : undefined;
}

const PERSON = { type: 'person', identifiers: { id: '42' } };
const identified = (attributes: object) => validated({ ...PERSON, action: 'identify', attributes });
const tracked = (attributes: object) => validated({ ...PERSON, action: 'event', name: 'Paid', attributes });
const object = (attributes: object) =>
  validated({ type: 'object', action: 'identify', identifiers: { object_type_id: '1', object_id: 'a' }, attributes });

const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`a${index}`, index]));

describe('attribute limits', () => {
  it.each<[kind: string, validate: (attributes: object) => unknown]>([
    ['a person', identified],
    ['an object', object],
  ])('%s has at most 300 attributes, names of 150 bytes, values of 1,000 bytes', (_, validate) => {
    const name = 'é'.repeat(75);
    const largest = { ...many(298), [name]: 1, value: 'é'.repeat(500) };
    expect(validate(largest)).toEqual(largest);
    expect(validate(many(301))).toBe('ATTRIBUTES_TOO_MANY attributes');
    expect(validate({ [`${name}x`]: 1 })).toMatch(/^ATTRIBUTE_NAME_TOO_LONG attributes\./);
    expect(validate({ value: `${'é'.repeat(500)}x` })).toBe('ATTRIBUTE_VALUE_TOO_LONG attributes.value');
    expect(validate({ value: 'x'.repeat(100_000) })).toBe('ATTRIBUTE_VALUE_TOO_LONG attributes.value');
  });

  it('undefined members do not count', () => {
    expect(identified({ ...many(300), ...Object.fromEntries([['gone', undefined]]) })).toEqual(many(300));
  });

  it('a nested value counts as its JSON text', () => {
    expect(identified({ value: ['x'.repeat(996)] })).toEqual({ value: ['x'.repeat(996)] });
    expect(identified({ value: ['x'.repeat(997)] })).toBe('ATTRIBUTE_VALUE_TOO_LONG attributes.value');
  });

  it('data of an event is bounded as a whole only', () => {
    const data = { ...many(400), [`n${'x'.repeat(200)}`]: 1, value: 'x'.repeat(20_000) };
    expect(tracked(data)).toEqual(data);
  });

  it('an operation has at most 32,000 bytes on the wire, counted to the byte', () => {
    const event = (length: number) => ({
      ...PERSON,
      action: 'event',
      name: 'Paid',
      attributes: { v: 'x'.repeat(length) },
    });
    const empty = validateOperation(event(0), NOW_MS);
    const room = 32_000 - (empty.ok ? empty.bytes : 0);
    expect(validateOperation(event(room), NOW_MS)).toMatchObject({ ok: true, bytes: 32_000 });
    expect(validateOperation(event(room + 1), NOW_MS)).toMatchObject({ refusal: { code: 'OPERATION_TOO_LARGE' } });
    // Each takes two bytes more than it looks: a backslash before the quote, three bytes for the euro.
    expect(validated(event(0))).toEqual({ v: '' });
    expect(tracked({ v: '"'.repeat(16_000) })).toMatch(/^OPERATION_TOO_LARGE/);
    expect(tracked({ v: '€'.repeat(10_700) })).toMatch(/^OPERATION_TOO_LARGE/);
  });
});

describe('attribute values', () => {
  it('text, numbers, true, false, null and nested values pass unchanged', () => {
    const attributes = { a: 'x', b: 1.5, c: true, d: null, e: '', f: [1, [null]], g: { h: { i: 'ü' } }, j: 0 };
    expect(identified(attributes)).toEqual(attributes);
    expect(tracked(attributes)).toEqual(attributes);
  });

  it('undefined never becomes null, which would remove the attribute', () => {
    expect(identified({ a: 1, b: undefined, c: { d: undefined } })).toEqual({ a: 1, c: {} });
    expect(tracked({ list: [1, undefined] })).toBe('VALUE_UNSUPPORTED attributes.list[1]');
  });

  it('Dates become unix seconds at any depth, also those before 1970', () => {
    const born = new Date('1950-01-01T00:00:00.500Z');
    expect(identified({ born, list: [new Date(1_500)] })).toEqual({ born: -631_152_000, list: [1] });
    expect(identified({ born: new Date('never') })).toBe('TIMESTAMP_INVALID attributes.born');
  });

  it('half a surrogate pair and NUL become U+FFFD in values, and refuse names', () => {
    expect(tracked({ a: 'x\ud800y', b: ['\0'] })).toEqual({ a: 'x\u{fffd}y', b: ['\u{fffd}'] });
    expect(tracked({ 'a\0': 1 })).toBe('TEXT_INVALID attributes.a\u{fffd}');
    expect(tracked({ a: { '\udc00': 1 } })).toBe('TEXT_INVALID attributes.a.\u{fffd}');
  });

  it('an attribute needs a name', () => {
    expect(identified({ '': 1 })).toBe('ATTRIBUTE_NAME_EMPTY attributes');
  });

  it('whole emoji pass', () => {
    expect(tracked({ '🎉': '👩‍👩‍👧' })).toEqual({ '🎉': '👩‍👩‍👧' });
  });
});

describe('reserved attributes of a person', () => {
  it.each<[what: string, attributes: object]>([
    ['_update as true or false', { _update: true }],
    ['null, which removes unsubscribed', { unsubscribed: null }],
    ['email, phone and anonymous_id beside the identifier', { email: 'x@y.z', phone: '+1', anonymous_id: 'a' }],
    ['null, which removes an email', { email: null }],
    ['preferences as a whole', { cio_subscription_preferences: { topics: { topic_1: true } } }],
    ['one preference by its path', { 'cio_subscription_preferences.topics.topic_1': false }],
    ['a created_at in unix seconds', { created_at: SECONDS }],
    ['null and empty text, which remove created_at', { created_at: '' }],
    ['names that begin with an underscore', { _mine: 1 }],
    ['timezone', { timezone: 'Europe/Berlin' }],
  ])('%s pass', (_, attributes) => {
    expect(identified(attributes)).toEqual(attributes);
  });

  it('created_at becomes unix seconds whatever its form', () => {
    const date = new Date(SECONDS * 1000);
    for (const created_at of [date, date.toISOString(), SECONDS * 1000]) {
      expect(identified({ created_at })).toEqual({ created_at: SECONDS });
      expect(object({ created_at })).toEqual({ created_at: SECONDS });
    }
    // It is an ordinary name in the data of an event.
    expect(tracked({ created_at: 'then' })).toEqual({ created_at: 'then' });
  });

  it('an id among the attributes becomes text', () => {
    expect(identified({ id: 7 })).toEqual({ id: '7' });
  });

  it('a phone number and an anonymous id among the attributes become text', () => {
    expect(identified({ phone: 4930123456, anonymous_id: 17 })).toEqual({ phone: '4930123456', anonymous_id: '17' });
  });

  it.each<[unsubscribed: boolean, forms: readonly unknown[]]>([
    [true, [true, 'true', 'TRUE', 'tRUe', 1, '1']],
    [false, [false, 'false', 'FALSE', 'False', 0, '0']],
  ])('unsubscribed is %s in every form that Customer.io documents', (unsubscribed, forms) => {
    for (const form of forms) expect(identified({ unsubscribed: form })).toEqual({ unsubscribed });
  });

  it('preferences may be longer than other values', () => {
    const topics = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`topic_${index}`, true]));
    expect(identified({ cio_subscription_preferences: { topics } })).toEqual({
      cio_subscription_preferences: { topics },
    });
  });

  it.each<[expected: string, attributes: object]>([
    ['ATTRIBUTE_RESERVED attributes._update', { _update: 'true' }],
    ['ATTRIBUTE_RESERVED attributes.unsubscribed', { unsubscribed: 2 }],
    ['ATTRIBUTE_RESERVED attributes.unsubscribed', { unsubscribed: 'yes' }],
    ['ATTRIBUTE_RESERVED attributes.phone', { phone: 1.5 }],
    ['ATTRIBUTE_RESERVED attributes.anonymous_id', { anonymous_id: true }],
    ['ATTRIBUTE_RESERVED attributes.email', { email: 5 }],
    ['ATTRIBUTE_RESERVED attributes.cio_id', { cio_id: 'd9c106' }],
    ['ATTRIBUTE_RESERVED attributes.cio_relationships', { cio_relationships: [] }],
    ['ATTRIBUTE_RESERVED attributes.cio_subscription_preferences', { cio_subscription_preferences: true }],
    [
      'ATTRIBUTE_RESERVED attributes.cio_subscription_preferences.topics.topic_1',
      { 'cio_subscription_preferences.topics.topic_1': 'no' },
    ],
    ['IDENTIFIER_TOO_LONG attributes.email', { email: 'x'.repeat(151) }],
    ['IDENTIFIER_EMPTY attributes.id', { id: '' }],
    ['IDENTIFIER_TYPE attributes.id', { id: null }],
    ['TIMESTAMP_INVALID attributes.created_at', { created_at: 'last year' }],
    ['TIMESTAMP_OUT_OF_RANGE attributes.created_at', { created_at: -5 }],
    ['TIMESTAMP_INVALID attributes._timestamp', { _timestamp: {} }],
  ])('%s', (expected, attributes) => {
    expect(identified(attributes)).toBe(expected);
  });

  it('a _timestamp that contradicts the timestamp is refused, an equal one is dropped', () => {
    const identify = (timestamp: number) =>
      validated({ ...PERSON, action: 'identify', timestamp, attributes: { _timestamp: SECONDS, a: 1 } });
    expect(identify(SECONDS)).toEqual({ a: 1 });
    expect(identify(SECONDS - 1)).toBe('ATTRIBUTE_RESERVED attributes._timestamp');
  });
});

describe('data of an event', () => {
  it('passes whatever its type, also where Customer.io reads an address in it', () => {
    const data = { recipient: { id: 5 }, from_address: 7, reply_to: null, unsubscribed: 'yes' };
    expect(tracked(data)).toEqual(data);
  });
});
