import { describe, expect, it } from 'vitest';
import { WIRE_ID_BYTES, WIRE_TIMESTAMP_BYTES } from './limits.ts';
import type { Operation } from './operation.ts';
import { type QueuedOperation, wireOperation } from './queued-operation.ts';
import { validateOperation } from './validate-operation.ts';

const ID = '01HB4HBDKTFWYZCK01DMRSWRFD';
const AT = 1_772_013_598_999;
const SECONDS = 1_772_013_598;
const queued = (op: Operation): QueuedOperation => ({ id: ID, at: AT, op });

const EVENT = { type: 'person', action: 'event', identifiers: { id: '1' }, name: 'Paid' } as const;
const IDENTIFY = { type: 'person', action: 'identify', identifiers: { id: '1' } } as const;

describe('wireOperation', () => {
  it.each(['event', 'page', 'screen'] as const)('gives a %s its ULID and the time of acceptance', (action) => {
    const op = { ...EVENT, action };
    expect(wireOperation(queued(op))).toEqual({ ...op, id: ID, timestamp: SECONDS });
  });

  it('gives an identify the time of acceptance, by which Customer.io orders attributes', () => {
    expect(wireOperation(queued(IDENTIFY))).toEqual({ ...IDENTIFY, timestamp: SECONDS });
  });

  it('keeps the id and the time that the caller gave', () => {
    const event = { ...EVENT, id: '01HB4HBDKTFWYZCK01DMRSWRFE', timestamp: 5 };
    expect(wireOperation(queued(event))).toEqual(event);
    expect(wireOperation(queued({ ...IDENTIFY, timestamp: 5 }))).toEqual({ ...IDENTIFY, timestamp: 5 });
  });

  it.each<Operation>([
    { type: 'person', action: 'suppress', identifiers: { id: '1' } },
    { type: 'person', action: 'merge', primary: { id: '1' }, secondary: { id: '2' } },
    { type: 'person', action: 'add_device', identifiers: { id: '1' }, device: { token: 't', platform: 'ios' } },
    { type: 'object', action: 'identify', identifiers: { object_type_id: '1', object_id: 'a' } },
  ])('sends a $type $action as it is', (op) => {
    expect(wireOperation(queued(op))).toEqual(op);
  });

  it('adds as many bytes as the validation reserves', () => {
    const bytes = (op: Operation) => Buffer.byteLength(JSON.stringify(op));
    expect(bytes(wireOperation(queued(EVENT))) - bytes(EVENT)).toBe(WIRE_ID_BYTES + WIRE_TIMESTAMP_BYTES);
    expect(bytes(wireOperation(queued(IDENTIFY))) - bytes(IDENTIFY)).toBe(WIRE_TIMESTAMP_BYTES);
    for (const op of [EVENT, IDENTIFY]) {
      expect(validateOperation(op)).toMatchObject({ ok: true, bytes: bytes(wireOperation(queued(op))) });
    }
  });
});
