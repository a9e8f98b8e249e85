import { isUlid } from '@cio-fleet/contracts';
import { describe, expect, it } from 'vitest';
import { type ImportLineContext, readImportLine } from './read-import-line.ts';

const context: ImportLineContext = {
  format: 'operations',
  seed: { startedAtMs: 1_767_225_600_000, salt: 7 },
  maxLineBytes: 1_000,
  source: 'import',
};
const read = (text: string, offset = 0) =>
  readImportLine({ number: 1, offset, endOffset: offset + text.length, text }, context);

describe('a line of an import', () => {
  it("is an operation in v2's shape", () => {
    const line = read('{"type":"person","action":"identify","identifiers":{"id":"42"},"attributes":{"plan":"pro"}}');
    expect(line).toMatchObject({
      kind: 'operations',
      operations: [{ action: 'identify', identifiers: { id: '42' }, source: 'import' }],
    });
  });

  it('is a call in the short form', () => {
    const line = read('{"verb":"track","person":"email:a@b.c","name":"Bought","data":{"total":1},"source":"shop"}');
    expect(line).toMatchObject({
      kind: 'operations',
      operations: [
        {
          action: 'event',
          identifiers: { email: 'a@b.c' },
          name: 'Bought',
          attributes: { total: 1 },
          source: 'shop',
        },
      ],
    });
  });

  it('has an id and an idempotency key that depend on its place alone', () => {
    const text = '{"verb":"track","person":"1","name":"x"}';
    const first = read(text, 64);
    expect(first).toEqual(read(text, 64));
    expect(first).not.toEqual(read(text, 128));
    expect(first.kind === 'operations' && isUlid(first.operations[0]?.id)).toBe(true);
  });

  it('keeps the id and key that it brings along', () => {
    const id = '01JZZZZZZZZZZZZZZZZZZZZZZZ';
    const text = JSON.stringify({
      type: 'person',
      action: 'event',
      identifiers: { id: '1' },
      name: 'x',
      id,
      idempotencyKey: 'mine',
    });
    expect(read(text)).toMatchObject({ operations: [{ id, idempotencyKey: 'mine' }] });
  });

  it('gets no id when it is no event', () => {
    expect(read('{"verb":"suppress","person":"1"}')).not.toHaveProperty('operations[0].id');
  });

  it('is skipped when it is blank', () => {
    expect(read('  \r')).toEqual({ kind: 'blank' });
  });

  it.each([
    ['{"verb":', 'LINE_NOT_JSON'],
    ['[1]', 'LINE_NOT_JSON'],
    ['42', 'LINE_NOT_JSON'],
    ['{"verb":"buy","person":"1"}', 'CALL_INVALID'],
    ['{"verb":"track","person":"1","name":"x","attributes":{}}', 'CALL_INVALID'],
  ])('is bad: %s is %s', (text, code) => {
    expect(read(text)).toMatchObject({ kind: 'bad', refusal: { code } });
  });

  it('is bad when it could not be read', () => {
    expect(readImportLine({ number: 1, offset: 0, endOffset: 5_000, problem: 'LINE_TOO_LONG' }, context)).toEqual({
      kind: 'bad',
      refusal: { code: 'LINE_TOO_LONG', message: 'expected at most 1000 bytes on the line, got 5000' },
    });
  });
});

describe('a line of Segment messages', () => {
  const readMessage = (message: object, offset = 0) => {
    const text = JSON.stringify(message);
    return readImportLine(
      { number: 1, offset, endOffset: offset + text.length, text },
      { ...context, format: 'segment' },
    );
  };
  const opened = {
    type: 'track',
    userId: '42',
    event: 'Application Opened',
    context: { device: { token: 't', type: 'ios' } },
  };

  it('becomes the operations that the mapping table says, each with an id and key of its own', () => {
    const line = readMessage(opened, 64);
    expect(line).toMatchObject({
      kind: 'operations',
      operations: [
        { action: 'add_device', source: 'import' },
        { action: 'event', source: 'import' },
      ],
    });
    const keys = line.kind === 'operations' ? line.operations.map(({ idempotencyKey }) => idempotencyKey) : [];
    expect(new Set(keys).size).toBe(2);
    expect(readMessage(opened, 64)).toEqual(line);
  });

  it('keeps its messageId as idempotency key', () => {
    const message = { type: 'track', userId: '42', event: 'Paid', messageId: 'm-1' };
    expect(readMessage(message)).toMatchObject({ operations: [{ idempotencyKey: 'segment:m-1' }] });
  });

  it('that is archived is corrected by its own receivedAt', () => {
    const message = { type: 'track', userId: '42', event: 'Paid', timestamp: '2020-01-01T00:00:00Z' };
    const times = { sentAt: '2020-01-01T00:00:05Z', receivedAt: '2020-01-01T01:00:05Z' };
    expect(readMessage({ ...message, ...times })).toMatchObject({ operations: [{ timestamp: 1_577_840_400 }] });
    expect(readMessage({ ...message, sentAt: times.sentAt })).toMatchObject({
      operations: [{ timestamp: 1_577_836_800 }],
    });
  });

  it('gives nothing when it is not for Customer.io', () => {
    expect(readMessage({ ...opened, integrations: { All: false } })).toEqual({ kind: 'operations', operations: [] });
  });

  it('is bad when it is no such message', () => {
    expect(readMessage({ verb: 'track', person: '42' })).toMatchObject({
      kind: 'bad',
      refusal: { code: 'MESSAGE_TYPE_UNKNOWN', path: 'type' },
    });
  });
});
