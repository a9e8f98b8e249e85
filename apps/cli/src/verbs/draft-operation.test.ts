import { validateOperation } from '@cio-fleet/contracts';
import { describe, expect, it } from 'vitest';
import { draftOperation, type VerbCall } from './draft-operation.ts';
import { SEND_VERBS } from './verb-forms.ts';

const device = { platform: 'ios', lastUsed: 1_760_000_000 };

describe('a call by verb', () => {
  it.each<[VerbCall, object]>([
    [
      { verb: 'identify', person: '42', data: { plan: 'pro' }, timestamp: '2026-01-01T00:00:00Z' },
      { action: 'identify', identifiers: { id: '42' }, attributes: { plan: 'pro' }, timestamp: 1_767_225_600 },
    ],
    [
      { verb: 'track', person: 'email:a@b.c', name: 'Bought' },
      { action: 'event', identifiers: { email: 'a@b.c' } },
    ],
    [
      { verb: 'page', person: 7, name: '/pricing', data: { ref: 'x' } },
      { action: 'page', identifiers: { id: '7' } },
    ],
    [
      { verb: 'screen', person: { phone: '+15551234567' }, name: 'Home' },
      { action: 'screen', name: 'Home' },
    ],
    [
      { verb: 'track-anonymous', person: 'anon:1', name: 'Seen' },
      { action: 'event', identifiers: { anonymous_id: 'anon:1' } },
    ],
    [{ verb: 'suppress', person: '42' }, { action: 'suppress' }],
    [{ verb: 'unsuppress', person: '42' }, { action: 'unsuppress' }],
    [
      { verb: 'delete', person: 'cio_id:a1' },
      { action: 'delete', identifiers: { cio_id: 'a1' } },
    ],
    [
      { verb: 'merge', person: '1', name: 'email:a@b.c' },
      { primary: { id: '1' }, secondary: { email: 'a@b.c' } },
    ],
    [
      { verb: 'addDevice', person: '1', name: 'token', data: device },
      { action: 'add_device', device: { token: 'token', platform: 'ios', last_used: 1_760_000_000 } },
    ],
    [
      { verb: 'delete-device', person: '1', name: 'token' },
      { action: 'delete_device', device: { token: 'token' } },
    ],
    [{ verb: 'relate', person: '1', name: '1:acme', data: { role: 'owner' } }, { action: 'add_relationships' }],
    [{ verb: 'unrelate', person: '1', name: '1:acme' }, { action: 'delete_relationships' }],
    [
      { verb: 'identifyObject', person: '1:acme', data: { seats: 5 } },
      { type: 'object', action: 'identify', identifiers: { object_type_id: '1', object_id: 'acme' } },
    ],
    [
      { verb: 'deleteObject', person: '1:acme' },
      { type: 'object', action: 'delete' },
    ],
  ])('becomes an operation that is accepted: %o', (call, expected) => {
    const result = draftOperation(call);
    expect(result.ok && validateOperation(result.draft)).toMatchObject({ ok: true, operation: expected });
  });

  it.each<[VerbCall, string, RegExp]>([
    [{ verb: 'event', person: '42' }, 'verb', /one of identify, track/],
    [{ verb: '__proto__', person: '42' }, 'verb', /one of/],
    [{ verb: 'track', person: undefined, name: 'x' }, 'person', /such as 42/],
    [{ verb: 'track', person: '42' }, 'name', /an event name/],
    [{ verb: 'suppress', person: '42', name: 'x' }, 'name', /nothing more/],
    [{ verb: 'relate', person: '42', name: 'acme' }, 'name', /1:acme/],
    [{ verb: 'suppress', person: '42', data: {} }, 'data', /no data for suppress/],
    [{ verb: 'identify', person: '42', data: [1] }, 'data', /a JSON object/],
    [{ verb: 'delete', person: '42', timestamp: 1 }, 'timestamp', /no timestamp for delete/],
  ])('is refused with the part at fault: %o', (call, path, expected) => {
    const result = draftOperation(call);
    expect(result).toMatchObject({ ok: false, problem: { code: 'CALL_INVALID', path } });
    expect(!result.ok && result.problem.expected).toMatch(expected);
  });

  it('exists for all fifteen verbs of the producer', () => {
    expect(SEND_VERBS).toHaveLength(15);
  });
});
