import { validateOperation } from '@cio-fleet/contracts';
import { describe, expect, it } from 'vitest';
import { type MappedMessage, mapMessage } from './map-message.ts';
import { MAPPING_TABLE } from './mapping-table.ts';
import { EXAMPLE_TIME, MAPPING_EXAMPLES } from './testing/index.ts';

const NOW_MS = Date.parse('2026-02-25T10:00:00Z');

/** The operations as they would be accepted; the codes of those that would be refused. */
function checked(mapped: MappedMessage): readonly unknown[] {
  if (!mapped.ok) return [mapped.refusal.code];
  return mapped.operations.map(({ idempotencyKey, idempotencyWindowMs, ...draft }) => {
    const result = validateOperation(draft, NOW_MS);
    return result.ok ? result.operation : result.refusal.code;
  });
}

describe('the mapping table', () => {
  it.each(MAPPING_EXAMPLES.map((each) => [each.title, each] as const))('%s', (_, { row, message, operations }) => {
    const mapped = mapMessage(message, { receivedAtMs: NOW_MS });
    expect(mapped).toMatchObject({ ok: true, row });
    expect(checked(mapped)).toEqual(operations);
  });

  it('has an example of each row that gives operations', () => {
    const shown = new Set(MAPPING_EXAMPLES.map(({ row }) => row));
    const rows = MAPPING_TABLE.map(({ name }) => name).filter((name) => name !== 'Report Content Event');
    expect(rows.filter((name) => !shown.has(name))).toEqual([]);
  });

  it('has a name of its own for each row', () => {
    const names = MAPPING_TABLE.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)]);
  });
});

describe('a message that becomes no operation', () => {
  const user = { userId: '42' };
  it.each<[title: string, code: string, message: unknown]>([
    ['text', 'MESSAGE_NOT_OBJECT', 'identify'],
    ['a list', 'MESSAGE_NOT_OBJECT', [{ type: 'identify' }]],
    ['null', 'MESSAGE_NOT_OBJECT', null],
    ['without a type', 'MESSAGE_TYPE_UNKNOWN', user],
    ['of an unknown type', 'MESSAGE_TYPE_UNKNOWN', { ...user, type: 'constructor' }],
    ['of content', 'MESSAGE_UNSUPPORTED', { ...user, type: 'track', event: 'Report Content Event' }],
    ['of nobody', 'IDENTIFIER_MISSING', { type: 'track', event: 'Paid' }],
    ['that identifies nobody', 'IDENTIFIER_MISSING', { type: 'identify', anonymousId: 'a1', traits: { plan: 'pro' } }],
    ['that deletes nobody', 'IDENTIFIER_MISSING', { type: 'track', event: 'User Deleted', anonymousId: 'a1' }],
    ['with an object as id', 'IDENTIFIER_TYPE', { type: 'track', event: 'Paid', userId: { a: 1 } }],
    ['without a name', 'FIELD_MISSING', { ...user, type: 'track' }],
    ['of a page without a name', 'FIELD_MISSING', { ...user, type: 'page' }],
    ['with a name that is too long', 'EVENT_NAME_TOO_LONG', { ...user, type: 'track', event: 'x'.repeat(101) }],
    ['with text as properties', 'FIELD_TYPE', { ...user, type: 'track', event: 'Paid', properties: 'total=1' }],
    ['with text as traits', 'FIELD_TYPE', { ...user, type: 'identify', traits: 'plan=pro' }],
    ['that aliases nobody', 'IDENTIFIER_MISSING', { ...user, type: 'alias' }],
    ['that groups nothing', 'IDENTIFIER_MISSING', { ...user, type: 'group' }],
    ['of a device without a token', 'FIELD_MISSING', { ...user, type: 'track', event: 'Device Created or Updated' }],
    [
      'that unsubscribes by an odd word',
      'ATTRIBUTE_RESERVED',
      { ...user, type: 'identify', traits: { unsubscribed: 'yes' } },
    ],
  ])('%s: %s', (_, code, message) => {
    expect(checked(mapMessage(message))).toEqual([code]);
  });

  it('with a name that can do harm is refused, not cleaned', () => {
    const traits = JSON.parse('{"plan":"pro","nested":{"__proto__":{"polluted":1}}}');
    expect(checked(mapMessage({ type: 'identify', userId: '42', traits }))).toEqual(['NAME_UNSAFE']);
    const direct = JSON.parse('{"type":"track","event":"x","userId":"42","properties":{"__proto__":{"polluted":1}}}');
    expect(checked(mapMessage(direct))).toEqual(['NAME_UNSAFE']);
    const dated = JSON.parse('{"type":"track","event":"x","userId":"42","properties":{"__proto__":"2026-02-25"}}');
    expect(checked(mapMessage(dated))).toEqual(['NAME_UNSAFE']);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it('because reading it throws is refused', () => {
    const message = {
      get type(): string {
        throw new Error('no');
      },
    };
    expect(checked(mapMessage(message))).toEqual(['MESSAGE_UNREADABLE']);
  });
});

describe('a message that Customer.io takes although it is loosely typed', () => {
  it('keeps data of any type where Customer.io reads an address', () => {
    const properties = { recipient: { id: 5 }, from_address: 7, reply_to: null };
    const message = { type: 'track', userId: '42', event: 'Paid', properties };
    expect(checked(mapMessage(message))).toMatchObject([{ attributes: properties }]);
  });

  it('has numbers as anonymousId and phone made text', () => {
    const message = { type: 'identify', userId: '42', anonymousId: 17, traits: { phone: 4930123456 } };
    expect(checked(mapMessage(message))).toMatchObject([{ attributes: { anonymous_id: '17', phone: '4930123456' } }]);
  });

  it('has no createdAt and no time where they are the zero of Go and .NET', () => {
    const never = '0001-01-01T00:00:00Z';
    const message = { type: 'identify', userId: '42', timestamp: never, traits: { plan: 'pro', createdAt: never } };
    const [operation] = checked(mapMessage(message));
    expect(operation).toMatchObject({ attributes: { plan: 'pro' } });
    expect(operation).not.toHaveProperty('timestamp');
    expect(operation).not.toHaveProperty('attributes.created_at');
  });
});

describe('messageId', () => {
  const keysOf = (messageId: unknown, more: object = {}) => {
    const mapped = mapMessage({ type: 'track', userId: '42', event: 'Paid', messageId, ...more });
    return mapped.ok ? mapped.operations.map(({ idempotencyKey }) => idempotencyKey) : [];
  };

  it('is the idempotency key, with its window', () => {
    const message = { type: 'track', userId: '42', event: 'Paid', messageId: 'm-1' };
    expect(mapMessage(message)).toMatchObject({
      operations: [{ idempotencyKey: 'segment:m-1', idempotencyWindowMs: 3_600_000 }],
    });
    expect(mapMessage(message, { messageIdWindowMs: 5_000 })).toMatchObject({
      operations: [{ idempotencyWindowMs: 5_000 }],
    });
  });

  it('gives each operation of a message a key of its own', () => {
    const opened = { event: 'Application Opened', context: { device: { token: 't', type: 'ios' } } };
    expect(keysOf('m-1', opened)).toEqual(['segment:m-1', 'segment:m-1#1']);
  });

  it('never asks for a key of the content, and is never too long for a key', () => {
    expect(keysOf('content')).toEqual(['segment:content']);
    const [long = ''] = keysOf('x'.repeat(1_000));
    expect(long).toMatch(/^segment:sha256:/);
    expect(keysOf('x'.repeat(1_001))).not.toEqual([long]);
  });

  it.each([[undefined], [null], [''], [{}], [true]])('that is %s gives none', (messageId) => {
    expect(keysOf(messageId)).toEqual([undefined]);
  });
});

describe('the message', () => {
  it('stays as it is', () => {
    for (const { message } of MAPPING_EXAMPLES) {
      const before = structuredClone(message);
      mapMessage(message);
      expect(message).toEqual(before);
    }
  });

  it('that is archived is corrected by when it says that it was received', () => {
    const archived = {
      type: 'track',
      userId: '42',
      event: 'Paid',
      timestamp: '2020-01-01T00:00:00Z',
      sentAt: '2020-01-01T00:00:10Z',
      receivedAt: EXAMPLE_TIME,
    };
    expect(mapMessage(archived)).toMatchObject({ operations: [{ timestamp: 1_772_013_588 }] });
  });
});
