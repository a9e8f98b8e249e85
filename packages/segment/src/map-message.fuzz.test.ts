import { validateOperation } from '@cio-fleet/contracts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { mapMessage } from './map-message.ts';
import { MAPPING_EXAMPLES } from './testing/index.ts';

const anyJson = fc.jsonValue({ maxDepth: 6 });
const type = fc.oneof(fc.constantFrom('identify', 'track', 'page', 'screen', 'group', 'alias'), anyJson);
const event = fc.oneof(
  fc.constantFrom(...MAPPING_EXAMPLES.map(({ row }) => row), 'Application Installed', 'Report Content Event'),
  anyJson,
);
const id = fc.oneof(fc.constantFrom('42', '', 'cio_1', 'a@b.c', 42, null), fc.string({ unit: 'binary' }), anyJson);
const when = fc.oneof(
  fc.date().map(String),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  anyJson,
);
const text = fc.oneof(fc.constantFrom('2026-02-25', 'x'.repeat(600)), fc.string({ unit: 'binary' }));
const data = fc.oneof(
  anyJson,
  fc.dictionary(
    fc.oneof(
      fc.constantFrom(
        '__proto__',
        'constructor',
        'email',
        'createdAt',
        'unsubscribed',
        'objectId',
        'url',
        'device',
        'a.b',
      ),
      text,
    ),
    fc.oneof(text, anyJson),
  ),
);
const message = fc.record(
  {
    type,
    event,
    name: fc.oneof(text, anyJson),
    category: anyJson,
    userId: id,
    anonymousId: id,
    previousId: id,
    groupId: id,
    messageId: fc.oneof(text, anyJson),
    timestamp: when,
    originalTimestamp: when,
    sentAt: when,
    receivedAt: when,
    traits: data,
    properties: data,
    integrations: data,
    context: fc.oneof(data, fc.record({ device: data, app: data, traits: data, page: data }, { requiredKeys: [] })),
  },
  { requiredKeys: ['type'] },
);

const NOW_MS = Date.parse('2026-02-25T10:00:00Z');
const CODE = /^[A-Z]+(_[A-Z]+)+$/;

/** Whatever comes in: it is mapped or refused by a code, and what it is mapped to is accepted or refused by a code. */
function examine(value: unknown): void {
  const mapped = mapMessage(value, { receivedAtMs: NOW_MS });
  if (!mapped.ok) return void expect(mapped.refusal.code).toMatch(CODE);
  for (const { idempotencyKey, idempotencyWindowMs, ...draft } of mapped.operations) {
    if (idempotencyKey !== undefined) expect(Buffer.byteLength(idempotencyKey)).toBeLessThanOrEqual(256);
    const result = validateOperation(draft, NOW_MS);
    if (!result.ok) expect(result.refusal.code).toMatch(CODE);
  }
}

it('any message is mapped or refused, and never more than that', () => {
  fc.assert(fc.property(message, examine), { numRuns: 2_000 });
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

it('anything at all is mapped or refused', () => {
  fc.assert(fc.property(fc.anything({ withDate: true, withMap: true, withNullPrototype: true }), examine), {
    numRuns: 2_000,
  });
});

it('a message that nests ten thousand levels deep is mapped or refused', () => {
  let deep: unknown = 1;
  for (let level = 0; level < 10_000; level += 1) deep = { deep };
  for (const shape of [{ traits: deep }, { properties: deep }, { context: deep }, { userId: deep }]) {
    examine({ type: 'identify', userId: '42', ...shape });
    examine({ type: 'track', userId: '42', event: 'x', ...shape });
  }
});

it('no refusal of a message holds a value of it', () => {
  const secret = 'ada@example.com';
  for (const value of [secret, [secret], { type: secret }, { type: 'track', event: secret, userId: [secret] }]) {
    expect(JSON.stringify(mapMessage(value))).toSatisfy(
      (said: string) => !said.includes(secret) || said.includes('"ok":true'),
    );
  }
});
