import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { JournalRow } from '../row.ts';
import { MAX_PAYLOAD_CHARACTERS } from './clean-payload.ts';
import { createRowCleaner, type RowPrivacy } from './clean-row.ts';

const cleanerOf = (privacy: Partial<RowPrivacy> = {}) =>
  createRowCleaner({ payload: 'full', redact: [], person: 'plain', ...privacy });
const row = (facts: Partial<JournalRow>): JournalRow => ({
  time: 1_000,
  workspace: 'default',
  outcome: 'delivered',
  action: 'track',
  ...facts,
});
const payloadOf = (payload: unknown, privacy: Partial<RowPrivacy> = {}) =>
  JSON.parse(cleanerOf(privacy)(row({ payload })).payload ?? 'null') as unknown;

it('replaces NUL and lone surrogates wherever they are', () => {
  const poison = 'a\0b\uD800c';
  const clean = cleanerOf()(row({ person: `id:${poison}`, reason: poison, payload: { [poison]: [poison] } }));
  expect(clean.person).toBe('id:a\uFFFDb\uFFFDc');
  expect(clean.reason).toBe('a\uFFFDb\uFFFDc');
  expect(clean.payload).toBe('{"a\uFFFDb\uFFFDc":["a\uFFFDb\uFFFDc"]}');
});

it('gives every store JSON that it takes, whatever the payload is', () => {
  const clean = cleanerOf();
  fc.assert(
    fc.property(fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true }), (payload) => {
      const text = clean(row({ payload })).payload;
      if (text === null) return;
      JSON.parse(text);
      expect(text.length).toBeLessThanOrEqual(MAX_PAYLOAD_CHARACTERS);
      expect(text.isWellFormed()).toBe(true);
      expect(text).not.toMatch(/\\u0000|\\ud[89a-f]/i);
    }),
  );
});

it('cuts what is nested 20,000 deep, as text and as object', () => {
  const text = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`;
  for (const payload of [text, JSON.parse(text)]) {
    expect(cleanerOf()(row({ payload })).payload).toContain('[too deep]');
  }
});

it('keeps the beginning of a payload that is too long', () => {
  const { cut, characters, head } = payloadOf({ text: '"'.repeat(100_000) }) as Record<string, unknown>;
  expect(cut).toBe(true);
  expect(characters).toBeGreaterThan(100_000);
  expect(String(head).startsWith('{"text":"')).toBe(true);
});

it('keeps a payload in a ring, or one whose code throws, from nothing but its row', () => {
  const ring: Record<string, unknown> = {};
  ring.self = ring;
  expect(cleanerOf()(row({ payload: ring })).payload).toContain('[too deep]');
  const trap = {
    get field(): never {
      throw new Error('trap');
    },
  };
  expect(() => cleanerOf()(row({ payload: trap }))).toThrow('trap');
});

it('redacts by name at any depth and by path, in any case, only where the policy says so', () => {
  const payload = { attributes: { Email: 'ada@example.com', plan: 'gold', deep: [{ PASSWORD: 1 }] }, plan: 'free' };
  expect(payloadOf(payload, { payload: 'redacted', redact: ['attributes.plan'] })).toEqual({
    attributes: { Email: '[redacted]', plan: '[redacted]', deep: [{ PASSWORD: '[redacted]' }] },
    plan: 'free',
  });
  expect(payloadOf(payload)).toEqual(payload);
  expect(payloadOf(payload, { payload: 'none' })).toBeNull();
});

it('keeps a field named __proto__ as a field', () => {
  expect(cleanerOf()(row({ payload: '{"__proto__":{"admin":true}}' })).payload).toBe('{"__proto__":{"admin":true}}');
});

it('hashes persons with a key, also inside of the payload, so that only the key finds them', () => {
  const hashed = cleanerOf({ person: { hashKey: 'k' } });
  const clean = hashed(
    row({
      person: 'id:42',
      userId: '42',
      aliases: ['email:a@b.c'],
      payload: { identifiers: { id: '42' }, email: 'a@b.c' },
    }),
  );
  expect(clean.person).toMatch(/^h:[\w-]{27}$/);
  expect(clean.person).toBe(hashed(row({ person: 'id:42' })).person);
  expect(clean.person).not.toBe(cleanerOf({ person: { hashKey: 'other' } })(row({ person: 'id:42' })).person);
  expect(JSON.stringify(clean)).not.toMatch(/"42"|id:42|a@b\.c/);
});

it('keeps an anonymous person as an anonymous id', () => {
  expect(cleanerOf()(row({ person: 'anonymous_id:x1' }))).toMatchObject({ person: null, anonymousId: 'x1' });
});

it('gives failures a fingerprint, and nothing else one', () => {
  expect(cleanerOf()(row({ outcome: 'dead-lettered' })).fingerprint).toMatch(/^[0-9a-f]{16}$/);
  expect(cleanerOf()(row({})).fingerprint).toBeNull();
});

it('takes what a caller without types may pass', () => {
  const odd = { time: 'soon', attempts: Number.NaN, status: 1e99, person: 42, lane: 3 } as unknown as JournalRow;
  const clean = cleanerOf()({ ...row({}), ...odd });
  expect(clean).toMatchObject({ attempts: null, status: 2_147_483_647, person: '42', lane: '3' });
  expect(Number.isSafeInteger(clean.time)).toBe(true);
});
