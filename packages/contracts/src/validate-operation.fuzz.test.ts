import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  MAX_ATTRIBUTES,
  MAX_EVENT_NAME_BYTES,
  MAX_IDENTIFIER_BYTES,
  MAX_OPERATION_BYTES,
  MAX_PAGE_NAME_CHARACTERS,
} from './limits.ts';
import type { Operation } from './operation.ts';
import * as builders from './operation-builders.ts';
import { wireOperation } from './queued-operation.ts';
import { REFUSAL_CODES } from './refusal-codes.ts';
import { validateOperation } from './validate-operation.ts';

const NOW_MS = Date.UTC(2026, 1, 25);
const ULID = '01HB4HBDKTFWYZCK01DMRSWRFD';

/** Text with half surrogate pairs, NUL, and sizes around the limits. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.string({ maxLength: 20 }),
  fc.constantFrom(
    '',
    ' ',
    '\0',
    '\ud800',
    '__proto__',
    'constructor',
    'x'.repeat(151),
    'é'.repeat(75),
    'x'.repeat(1_001),
  ),
);

class Instance {
  readonly secret = 1;
}

/** Anything that a caller without types can pass. */
const anything: fc.Arbitrary<unknown> = fc.oneof(
  { depthSize: 'small' },
  fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withNullPrototype: true,
    withSparseArray: true,
    withBoxedValues: true,
    withTypedArray: true,
  }),
  fc.jsonValue(),
  text,
  fc.date({ noInvalidDate: false }),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -0, 1n, Symbol('s'), () => 1, new Instance(), 2 ** 53),
  fc.constant(null).map(cyclic),
  fc.constant(null).map(throwing),
);

function cyclic(): unknown {
  const value: Record<string, unknown> = {};
  value.self = [value];
  return value;
}

function throwing(): unknown {
  const explode = () => {
    throw new Error('boom');
  };
  return new Proxy({ a: 1 }, { get: explode, ownKeys: explode, getPrototypeOf: explode });
}

/** Mostly good, sometimes odd text, rarely anything at all. */
const mostly = (good: fc.Arbitrary<unknown>, odd: fc.Arbitrary<unknown> = text) =>
  fc.oneof({ weight: 30, arbitrary: good }, { weight: 2, arbitrary: odd }, { weight: 1, arbitrary: anything });
const optional = (good: fc.Arbitrary<unknown>, odd?: fc.Arbitrary<unknown>) =>
  fc.option(mostly(good, odd), { nil: undefined });

const word = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }).map((value) => `w${value}`);
const id = fc.oneof(word, fc.nat());
const personIdentifiers = fc.oneof(
  fc.record({ id: mostly(id) }),
  fc.record({ email: mostly(fc.constantFrom('x@y.z', 'Ada@Example.com')) }),
  fc.record({ cio_id: mostly(fc.constantFrom('d9c106', 'cio_d9c106', 'cio_cio_1')) }),
);
const oddIdentifiers = fc.oneof(
  fc.record({ phone: fc.constantFrom('+4930123456', '030') }),
  fc.record({ anonymous_id: id }),
  fc.dictionary(fc.constantFrom('id', 'email', '__proto__', 'object_id'), id),
);
const objectIdentifiers = fc.oneof(
  fc.record({ object_type_id: mostly(fc.integer({ min: 1, max: 99 })), object_id: mostly(id) }),
  fc.record({ cio_object_id: mostly(word) }),
);
const value = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.date({ noInvalidDate: true }), fc.constant(undefined));
const reserved = fc.constantFrom('created_at', '_timestamp', '_update', 'unsubscribed', 'id', 'email', 'recipient');
const name = fc.oneof(
  { weight: 30, arbitrary: word },
  { weight: 1, arbitrary: text },
  { weight: 3, arbitrary: reserved },
);
const attributes = fc.dictionary(name, mostly(value), { maxKeys: 4 });
const timestamp = fc.oneof(
  fc.integer({ min: 0, max: 2e9 }),
  fc.constantFrom(1_772_013_598_123, '2026-02-25', new Date(5)),
);
const oddTimestamp = fc.oneof(fc.double(), fc.date({ noInvalidDate: false }), text);

const relationshipsWith = (identifiers: fc.Arbitrary<unknown>) =>
  fc.array(
    fc.record(
      { identifiers: mostly(identifiers, oddIdentifiers), relationship_attributes: optional(attributes) },
      { requiredKeys: ['identifiers'] },
    ),
    { minLength: 1, maxLength: 3 },
  );
const device = fc.record({
  token: mostly(word),
  platform: mostly(fc.constantFrom('ios', 'android')),
  last_used: optional(timestamp, oddTimestamp),
  attributes: optional(fc.dictionary(word, fc.oneof(fc.string(), fc.nat(), fc.boolean()))),
});

const person = { type: fc.constant('person'), identifiers: mostly(personIdentifiers, oddIdentifiers) };
const object = { type: fc.constant('object'), identifiers: mostly(objectIdentifiers, oddIdentifiers) };
const timed = { timestamp: optional(timestamp, oddTimestamp), attributes: optional(attributes) };
const actions = (...names: readonly string[]) => mostly(fc.constantFrom(...names));
const extra = fc.oneof({ weight: 20, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: anything });

/** Near to an operation of every kind. */
const nearOperation = fc.oneof(
  fc.record({
    ...person,
    ...timed,
    action: actions('identify'),
    cio_relationships: optional(relationshipsWith(objectIdentifiers)),
    extra,
  }),
  fc.record({
    ...person,
    ...timed,
    action: actions('event', 'page', 'screen'),
    name: mostly(word),
    id: optional(fc.constantFrom(ULID, ULID.toLowerCase())),
    extra,
  }),
  fc.record({ ...person, action: actions('add_device'), device: mostly(device), extra }),
  fc.record({ ...person, action: actions('delete_device'), device: mostly(fc.record({ token: mostly(word) })), extra }),
  fc.record({
    ...person,
    action: actions('add_relationships', 'delete_relationships'),
    cio_relationships: mostly(relationshipsWith(objectIdentifiers)),
    extra,
  }),
  fc.record({ ...person, action: actions('delete', 'suppress', 'unsuppress'), extra }),
  fc.record({
    type: fc.constant('person'),
    action: actions('merge'),
    primary: mostly(personIdentifiers),
    secondary: mostly(personIdentifiers),
    extra,
  }),
  fc.record({
    ...object,
    action: actions('identify', 'add_relationships', 'delete_relationships'),
    cio_relationships: mostly(relationshipsWith(personIdentifiers)),
  }),
  fc.record({ ...object, action: actions('identify'), attributes: optional(attributes), extra }),
  fc.record({
    ...object,
    action: actions('identify_anonymous'),
    cio_relationships: mostly(relationshipsWith(fc.record({ anonymous_id: id }))),
  }),
  fc.record({ ...object, action: actions('delete'), extra }),
  fc.record({
    timestamp: optional(timestamp, oddTimestamp),
    attributes: mostly(fc.record({ device_token: mostly(word), href: value })),
    type: fc.constant('delivery'),
    identifiers: fc.record({ id: mostly(word) }),
    action: actions('event'),
    name: mostly(fc.constantFrom('opened', 'converted', 'delivered')),
  }),
  fc.record({
    type: fc.constant('delivery'),
    action: actions('metric', 'unsubscribe', 'resubscribe'),
    identifiers: fc.record({ id: mostly(word) }),
    extra,
  }),
  fc.record({
    type: fc.constant('delivery'),
    action: actions('metric'),
    identifiers: fc.record({ id: mostly(word) }),
    name: mostly(fc.constantFrom('bounced', 'clicked', 'spammed', 'opened')),
    timestamp: optional(timestamp, oddTimestamp),
    recipient: optional(fc.oneof(word, fc.nat())),
    reason: optional(word),
    href: optional(word),
  }),
  fc.record({
    type: fc.constant('form'),
    action: actions('submit'),
    identifiers: fc.record({ form_id: mostly(fc.oneof(word, fc.constantFrom('.', '..', 'a/b'))) }),
    data: mostly(
      fc
        .tuple(
          fc.dictionary(word, mostly(fc.string()), { maxKeys: 5 }),
          fc.constantFrom({ id: 'w' }, { email: 'a@b.c' }),
        )
        .map(([fields, identifier]) => ({ ...fields, ...identifier })),
      fc.constantFrom({ id: 'w', email: 'a@b.c' }, JSON.parse('{"id":"w","__proto__":"x"}'), {}),
    ),
    extra,
  }),
  fc.record({
    type: fc.constant('segment'),
    action: actions('add_person', 'remove_person'),
    identifiers: fc.record({ segment_id: mostly(fc.integer({ min: 1, max: 1e9 }), fc.constantFrom(0, -1, '7/..')) }),
    person: mostly(personIdentifiers, oddIdentifiers),
    extra,
  }),
  fc.record({
    type: fc.constant('invite'),
    action: actions('event', 'page', 'screen'),
    name: mostly(word),
    id: optional(fc.constantFrom(ULID, ULID.toLowerCase())),
    ...timed,
    extra,
  }),
);

const bytes = (value: string) => Buffer.byteLength(value);

function identifiersIn(operation: Operation): readonly object[] {
  if ('primary' in operation) return [operation.primary, operation.secondary];
  if (operation.type === 'invite') return [];
  return operation.type === 'segment' ? [operation.identifiers, operation.person] : [operation.identifiers];
}

/** What Customer.io would refuse, whatever we think of it. */
function checkAccepted(operation: Operation): void {
  const wire = wireOperation({ id: ULID, at: NOW_MS, op: operation });
  expect(bytes(JSON.stringify(wire))).toBeLessThanOrEqual(MAX_OPERATION_BYTES);
  expect(JSON.parse(JSON.stringify(wire))).toEqual(wire);
  for (const identifiers of identifiersIn(operation)) {
    const values: unknown[] = Object.values(identifiers);
    expect(values).toHaveLength('object_id' in identifiers ? 2 : 1);
    for (const value of values) {
      expect(value).toBeTypeOf('string');
      expect(String(value).trim()).not.toBe('');
      expect(String(value).isWellFormed()).toBe(true);
      if (operation.type !== 'delivery') expect(bytes(String(value))).toBeLessThanOrEqual(MAX_IDENTIFIER_BYTES);
    }
  }
  if (operation.action === 'event') expect(bytes(operation.name)).toBeLessThanOrEqual(MAX_EVENT_NAME_BYTES);
  else if ('name' in operation) expect(operation.name.length).toBeLessThanOrEqual(MAX_PAGE_NAME_CHARACTERS);
  if ('timestamp' in wire && wire.timestamp !== undefined) {
    expect(Number.isInteger(wire.timestamp) && wire.timestamp >= 0 && wire.timestamp < 1e11).toBe(true);
  }
  if (operation.action === 'identify') {
    expect(Object.keys(operation.attributes ?? {}).length).toBeLessThanOrEqual(MAX_ATTRIBUTES);
  }
}

function check(input: unknown): boolean {
  const result = validateOperation(input, NOW_MS);
  if (!result.ok) {
    const { code, message, received, expected } = result.refusal;
    expect(Object.hasOwn(REFUSAL_CODES, code)).toBe(true);
    expect(received.length).toBeLessThanOrEqual(80);
    expect(message).toContain(expected);
    expect(JSON.stringify(result).isWellFormed()).toBe(true);
    return false;
  }
  expect(JSON.stringify(result.operation)).toBe(result.json);
  checkAccepted(result.operation);
  expect(validateOperation(result.operation, NOW_MS)).toEqual(result);
  // What was read back from Redis, and what goes over the wire, would be accepted again.
  expect(validateOperation(JSON.parse(result.json), NOW_MS)).toEqual(result);
  const wire = wireOperation({ id: ULID, at: NOW_MS, op: result.operation });
  expect(validateOperation(wire, NOW_MS)).toMatchObject({ ok: true, operation: wire, bytes: result.bytes });
  return true;
}

describe('validateOperation under fuzz', () => {
  it('anything at all is answered, never thrown at', () => {
    fc.assert(
      fc.property(anything, (input) => {
        check(input);
      }),
      { numRuns: 1_000 },
    );
  });

  it('what is accepted is within the limits, survives JSON, and is accepted again as it is', () => {
    let accepted = 0;
    fc.assert(
      fc.property(nearOperation, (input) => {
        if (check(input)) accepted += 1;
      }),
      { numRuns: 3_000 },
    );
    // Or the generator has drifted away from what is valid and the property says little.
    expect(accepted).toBeGreaterThan(1_000);
    expect(accepted).toBeLessThan(2_900);
  });

  it('builders answer any arguments, and the validation answers what they build', () => {
    const calls = Object.values(builders) as readonly ((...args: readonly unknown[]) => unknown)[];
    fc.assert(
      fc.property(
        fc.constantFrom(...calls),
        fc.array(mostly(fc.oneof(id, attributes)), { maxLength: 4 }),
        (build, args) => {
          check(build(...args));
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
