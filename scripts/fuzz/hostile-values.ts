import { integerBelow } from '../rig/seeded-random.ts';

/** What programs trip over, wherever a value may stand. */
const NASTY: readonly unknown[] = [
  '',
  ' ',
  '\u0000',
  '\ud800',
  'x'.repeat(151),
  'x'.repeat(1001),
  'é'.repeat(600),
  '__proto__',
  'constructor',
  '../../etc/passwd',
  "' OR 1=1 --",
  '{{7*7}}',
  '\r\nX-Injected: 1',
  0,
  -1,
  1.5,
  1e308,
  2 ** 53,
  9_999_999_999_999,
  true,
  false,
  null,
  [],
  {},
  [[[]]],
  { a: { b: { c: 1 } } },
  '2026-01-01T00:00:00Z',
  'not a date',
  'ada@example.com',
  '+4930123456',
  '01HB4HBDKTFWYZCK01DMRSWRFD',
];
const NAMES = [
  'plan',
  'email',
  'id',
  'created_at',
  'unsubscribed',
  '_update',
  '_timestamp',
  'cio_id',
  'a.b',
  '',
  'é',
] as const;

/** Text of JSON with members that could pollute whoever merges it; an object literal can't hold them. */
export const POLLUTION: readonly string[] = [
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '{"attributes":{"__proto__":{"polluted":true}},"type":"person","action":"identify","identifiers":{"id":"1"}}',
  '{"batch":[{"__proto__":{"type":"person"},"type":"person","action":"delete","identifiers":{"__proto__":{"id":"1"}}}]}',
  '{"a":1,"a":2,"__proto__":null}',
];

export interface HostileValues {
  /** Any value, nasty as often as not. */
  value(): unknown;
  /** An object of a few members. */
  attributes(): Record<string, unknown>;
  /** An operation of v2: nearly right, right, or far from it. */
  operation(): Record<string, unknown>;
}

/** Makes values that are all the same for the same seed. */
export function hostileValues(random: () => number): HostileValues {
  const below = (bound: number) => integerBelow(random, bound);
  const pick = <Item>(items: readonly Item[]): Item => items[below(items.length)] as Item;
  const chance = (share: number) => random() < share;
  const value = (): unknown => (chance(0.5) ? pick(NASTY) : `value-${below(50)}`);
  const attributes = () =>
    Object.fromEntries(Array.from({ length: below(5) }, () => [chance(0.3) ? pick(NAMES) : `a${below(20)}`, value()]));
  const person = () => (chance(0.8) ? `person-${below(40)}` : value());
  const identifiers = (): unknown => {
    if (chance(0.05)) return value();
    const kind = pick(['id', 'id', 'id', 'email', 'phone', 'cio_id', 'anonymous_id', 'nothing']);
    const one = { [kind]: kind === 'email' && chance(0.7) ? `p${below(40)}@example.com` : person() };
    return chance(0.1) ? { ...one, email: 'two@example.com' } : one;
  };
  const object = () => ({ object_type_id: pick(['1', 1, 'x', '0']), object_id: person() });
  const relationships = () =>
    Array.from({ length: below(3) }, () => ({ identifiers: object(), relationship_attributes: attributes() }));
  const operation = (): Record<string, unknown> => {
    const action = pick(
      'identify identify event event page screen add_device delete_device add_relationships delete_relationships merge delete suppress unsuppress dance'.split(
        ' ',
      ),
    );
    return {
      type: chance(0.9) ? 'person' : pick(['object', 'delivery', 'form', 'segment', 'invite', value()]),
      action,
      identifiers: identifiers(),
      ...(chance(0.8) && { attributes: chance(0.9) ? attributes() : value() }),
      ...(chance(0.6) && { name: chance(0.6) ? 'Order' : value() }),
      ...(chance(0.3) && { timestamp: chance(0.5) ? 1_700_000_000 : value() }),
      ...(chance(0.2) && { id: value() }),
      ...(action.includes('device') && {
        device: { token: value(), platform: pick(['ios', 'android', 'tv']), ...attributes() },
      }),
      ...(action.includes('relationships') && { cio_relationships: chance(0.8) ? relationships() : value() }),
      ...(action === 'merge' && { primary: identifiers(), secondary: identifiers() }),
      ...(chance(0.1) && { [pick(['extra', 'source', 'idempotencyKey', 'traceId'])]: value() }),
    };
  };
  return { value, attributes, operation };
}
