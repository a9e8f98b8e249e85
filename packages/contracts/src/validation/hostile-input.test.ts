import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { validateOperation } from '../validate-operation.ts';

const PERSON = { type: 'person', action: 'event', identifiers: { id: '42' }, name: 'Paid' };

function validated(input: unknown): string {
  const result = validateOperation(input);
  return result.ok ? result.json : `${result.refusal.code} ${result.refusal.path}`.trim();
}
const tracked = (attributes: unknown) => validated({ ...PERSON, attributes });
const throws = () => {
  throw new Error('boom');
};

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = { a: value };
  return value;
}

describe('hostile input is refused by its code', () => {
  it.each(['__proto__', 'constructor', 'prototype'])('a member named %s, at any depth', (name) => {
    const own = JSON.parse(`{"${name}":{"polluted":1}}`);
    expect(tracked(own)).toBe(`NAME_UNSAFE attributes.${name}`);
    expect(tracked({ a: [own] })).toBe(`NAME_UNSAFE attributes.a[0].${name}`);
    expect(validated({ ...PERSON, ...{ [name]: 1 } })).toBe(`FIELD_UNKNOWN ${name}`);
    expect({}).not.toHaveProperty('polluted');
  });

  it('a prototype set by a literal is no plain object', () => {
    expect(tracked({ a: { __proto__: { isAdmin: true } } })).toBe('VALUE_UNSUPPORTED attributes.a');
  });

  it('nesting beyond 32 levels', () => {
    expect(tracked(nested(32))).toContain('"a":1');
    expect(tracked(nested(33))).toMatch(/^VALUE_TOO_DEEP attributes\.a/);
    expect(tracked(nested(100_000))).toMatch(/^VALUE_TOO_DEEP/);
  });

  it('cycles', () => {
    const cycle: Record<string, unknown> = { a: 1 };
    cycle.self = { list: [cycle] };
    expect(tracked(cycle)).toBe('VALUE_CYCLE attributes.self.list[0]');
    const wide: unknown[] = [];
    for (let index = 0; index < 100; index++) wide.push(wide);
    expect(tracked({ wide })).toBe('VALUE_CYCLE attributes.wide[0]');
  });

  it('the same object twice is no cycle', () => {
    const shared = { a: 1 };
    expect(tracked({ x: shared, y: [shared, shared] })).toContain('"y":[{"a":1},{"a":1}]');
  });

  it.each<[what: string, value: unknown]>([
    ['a BigInt', 1n],
    ['a symbol', Symbol('x')],
    ['a function', () => 1],
    ['a Map', new Map([['a', 1]])],
    ['a Set', new Set([1])],
    ['a RegExp', /x/],
    ['an Error', new Error('x')],
    ['a Buffer', Buffer.from('x')],
    ['a URL', new URL('https://example.com')],
    ['a Promise', Promise.resolve()],
    ['boxed text', Object('x')],
    ['a boxed BigInt', Object(1n)],
    ['an instance of a class', new (class Plan {})()],
    ['a generator', (function* () {})()],
    ['an array with a hole', Object.assign(new Array(3), { 0: 1, 2: 3 })],
    ['a proxy of a function', new Proxy(() => 1, {})],
    ['an array whose length lies', new Proxy([1], { get: (_, name) => (name === 'length' ? '1' : undefined) })],
    ['own toJSON', { toJSON: () => ({ forged: true }) }],
  ])('%s as a value', (_, value) => {
    expect(tracked({ value })).toMatch(/^VALUE_UNSUPPORTED attributes\.value/);
    expect(tracked({ list: [value] })).toMatch(/^VALUE_UNSUPPORTED attributes\.list\[0\]/);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('%s as a value', (value) => {
    expect(tracked({ value })).toBe('VALUE_NOT_FINITE attributes.value');
  });

  it('negative zero becomes zero, as JSON has it', () => {
    const result = validateOperation({ ...PERSON, attributes: { value: -0 } });
    expect(result).toMatchObject({ ok: true, operation: { attributes: { value: 0 } } });
  });

  it.each<[what: string, input: unknown]>([
    [
      'a getter that throws',
      { ...PERSON, attributes: Object.defineProperty({}, 'a', { enumerable: true, get: throws }) },
    ],
    [
      'a getter of a field that throws',
      Object.defineProperty({ ...PERSON }, 'name', { enumerable: true, get: throws }),
    ],
    ['a proxy whose traps throw', { ...PERSON, attributes: new Proxy({}, { ownKeys: throws }) }],
    ['a proxy that hides its prototype', new Proxy({}, { getPrototypeOf: throws })],
    ['a revoked proxy', { ...PERSON, attributes: { a: revoked() } }],
    ['a getter that never ends', Object.defineProperty({ ...PERSON }, 'id', { enumerable: true, get: recurse })],
    [
      'a getter that throws nothing',
      Object.defineProperty({ ...PERSON }, 'id', { enumerable: true, get: throwNothing }),
    ],
  ])('%s', (_, input) => {
    expect(validated(input)).toBe('OPERATION_UNREADABLE');
  });

  it('a getter is read once, so it cannot change its mind after the check', () => {
    let reads = 0;
    const attributes = Object.defineProperty({}, 'a', { enumerable: true, get: () => (reads++ === 0 ? 1 : 2n) });
    expect(tracked(attributes)).toContain('"a":1');
    expect(reads).toBe(1);
  });

  it('a class whose name is hostile does not reach the message', () => {
    class Odd {}
    Object.defineProperty(Odd, 'name', { get: throws });
    expect(tracked({ a: new Odd() })).toBe('VALUE_UNSUPPORTED attributes.a');
    Object.defineProperty(Odd, 'name', { value: 'x\n'.repeat(1_000) });
    expect(validateOperation({ ...PERSON, attributes: { a: new Odd() } })).toMatchObject({
      refusal: { received: 'an instance of a class' },
    });
  });

  it('a long name of a member is shortened in the path', () => {
    expect(tracked({ [`${'n'.repeat(5_000)}\n`]: 1n })).toMatch(/^VALUE_UNSUPPORTED attributes\.n{79}…$/);
  });
});

describe('plain data from elsewhere is accepted', () => {
  it('objects, arrays and Dates of another realm', () => {
    const attributes: unknown = runInNewContext('({ a: [{ b: 1 }], at: new Date(5000) })');
    expect(tracked(attributes)).toContain('{"a":[{"b":1}],"at":5}');
  });

  it('objects without prototype', () => {
    expect(tracked(Object.assign(Object.create(null), { a: 1 }))).toContain('{"a":1}');
  });

  it('proxies of plain data, as reactive stores have them', () => {
    expect(tracked(new Proxy({ a: new Proxy([1], {}) }, {}))).toContain('{"a":[1]}');
  });

  it('symbols as names and members that are not enumerable are left out, as JSON does', () => {
    const attributes = Object.defineProperty({ a: 1, [Symbol('b')]: 2 }, 'c', { value: 3 });
    expect(tracked(attributes)).toContain('"attributes":{"a":1}');
  });
});

describe('the work is bounded, however large the input', () => {
  const megabyte = 'x'.repeat(1_000_000);
  const wideShared = Array.from({ length: 10_000 }, () =>
    Object.fromEntries(Array.from({ length: 4 }, (_, i) => [`k${i}`, undefined])),
  );
  const manyUndefined = Object.fromEntries(Array.from({ length: 30_000 }, (_, index) => [`k${index}`, undefined]));

  it.each<[what: string, attributes: unknown]>([
    ['an array of a million', { a: new Array(1_000_000).fill(1) }],
    ['an array that claims 4 billion', { a: new Array(2 ** 32 - 1) }],
    ['a proxy that claims an endless length', { a: new Proxy([], { get: () => Number.MAX_SAFE_INTEGER }) }],
    ['a text of 100 MB', { a: 'x'.repeat(100_000_000) }],
    ['a name of a megabyte', { [megabyte]: 1 }],
    ['one text a thousand times', { a: new Array(1_000).fill(megabyte) }],
    ['a tree of shared branches', sharedTree(30)],
    ['objects full of undefined', { a: wideShared }],
    ['one object full of undefined, again and again', { a: new Array(5_000).fill(manyUndefined) }],
  ])('%s is refused at once', (_, attributes) => {
    const started = process.cpuUsage();
    expect(tracked(attributes)).toMatch(/^OPERATION_TOO_LARGE/);
    const { user, system } = process.cpuUsage(started);
    // Far above what it takes, far below what it took without the bound.
    expect((user + system) / 1000).toBeLessThan(1_000);
  });

  it('an id and a name of 100 MB are refused at once', () => {
    const huge = ' '.repeat(100_000_000);
    expect(validated({ ...PERSON, identifiers: { id: huge } })).toBe('IDENTIFIER_TOO_LONG identifiers.id');
    expect(validated({ ...PERSON, name: huge })).toBe('EVENT_NAME_TOO_LONG name');
  });
});

function sharedTree(depth: number): unknown {
  let value: unknown = 'leaf';
  for (let level = 0; level < depth; level++) value = { l: value, r: value };
  return value;
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function recurse(): unknown {
  return recurse();
}

function throwNothing(): never {
  throw undefined;
}
