import { ulidTime } from '@cio-fleet/contracts';
import { describe, expect, it } from 'vitest';
import { readNote, readSessionNotice } from './read-note.ts';

const NOW = Date.UTC(2026, 10, 21, 12);
const DAY_MS = 24 * 3_600_000;
const CONTEXT = { workspace: 'default', source: 'shop', nowMs: NOW };
const NOTE = { sessionId: 's1', key: 'page', value: '/cart', component: 'web' };
const refusalOf = (read: ReturnType<typeof readNote>) =>
  read.ok ? undefined : [read.refusal.code, read.refusal.field];

describe('a note', () => {
  it('becomes a row of the journal', () => {
    const id = '01E4C4CT6YDC7Y5M7FE1GWWPQJ';
    const timestamp = '2026-11-21T11:59:59.250Z';
    expect(readNote({ ...NOTE, userId: 42, terminalId: 't1', timestamp, id }, CONTEXT)).toEqual({
      ok: true,
      row: {
        time: Date.parse(timestamp),
        acceptedAt: NOW,
        workspace: 'default',
        source: 'shop',
        outcome: 'note',
        action: 'note',
        operationId: id,
        sessionId: 's1',
        userId: '42',
        terminalId: 't1',
        component: 'web',
        key: 'page',
        value: '/cart',
      },
    });
  });

  const acceptedWith = (idMs: number, nowMs = NOW) => {
    const read = readNote({ ...NOTE, id: `${ulidTime(NOW + idMs)}${'0'.repeat(16)}` }, { ...CONTEXT, nowMs });
    return read.ok ? read.row.acceptedAt : undefined;
  };

  it.each([
    ['a minute ago', -60_000],
    ['a day ago', -DAY_MS],
    ['by a clock that is a little ahead', 300_000],
  ])(
    'with an id made %s has the same row whenever it is repeated, and none that an erasure of now would miss',
    (_, idMs) => {
      expect(acceptedWith(idMs)).toBe(NOW + idMs - 300_000);
      expect(acceptedWith(idMs, NOW + idMs + DAY_MS)).toBe(NOW + idMs - 300_000);
      expect(acceptedWith(idMs)).toBeLessThanOrEqual(NOW);
    },
  );

  it.each([
    ['longer ago than repeats come', -DAY_MS - 1],
    ['by a clock that is far ahead', 300_001],
  ])('with an id made %s counts as accepted when it comes', (_, idMs) => {
    expect(acceptedWith(idMs)).toBe(NOW);
  });

  it.each([
    [5, '5'],
    [true, 'true'],
    [null, 'null'],
    ['', ''],
    [{ total: 9.5 }, '{"total":9.5}'],
    [[1, 'a'], '[1,"a"]'],
  ])('keeps the value %j as text', (value, text) => {
    expect(readNote({ ...NOTE, value }, CONTEXT)).toMatchObject({ row: { value: text } });
  });

  it.each(['sessionId', 'key', 'value', 'component'])('without %s is refused, and the field named', (field) => {
    const read = readNote({ ...NOTE, [field]: undefined }, CONTEXT);
    expect(refusalOf(read)).toEqual(['NOTE_FIELD_MISSING', field]);
    expect(!read.ok && read.refusal.message).toMatch(new RegExp(`^${field}: expected .*, got nothing$`));
  });

  it.each([
    ['sessionId', ''],
    ['sessionId', 'x'.repeat(257)],
    ['sessionId', {}],
    ['key', '  '],
    ['component', ['web']],
    ['userId', 1.5],
    ['terminalId', false],
    ['timestamp', 'yesterday'],
    ['timestamp', NOW + 25 * 3600 * 1000],
    ['timestamp', -5],
    ['id', '17'],
  ])('with a %s of %j is refused', (field, value) => {
    expect(refusalOf(readNote({ ...NOTE, [field]: value }, CONTEXT))).toEqual(['NOTE_FIELD_INVALID', field]);
  });

  it.each([
    [1_790_000_000, 1_790_000_000_000],
    ['1790000000', 1_790_000_000_000],
    [1_790_000_000_123, 1_790_000_000_123],
    ['2026-10-01T10:00:00.123+02:00', Date.parse('2026-10-01T08:00:00.123Z')],
    ['2026-10-01', Date.UTC(2026, 9, 1)],
  ])('takes the time %s', (timestamp, timeMs) => {
    expect(readNote({ ...NOTE, timestamp }, CONTEXT)).toMatchObject({ row: { time: timeMs } });
  });

  it('with a field that notes do not have is refused, for it is a typo more often than not', () => {
    expect(refusalOf(readNote({ ...NOTE, userID: 'u1' }, CONTEXT))).toEqual(['NOTE_FIELD_UNKNOWN', 'userID']);
    const hostile = JSON.parse('{"sessionId":"s","__proto__":{"admin":true}}') as unknown;
    expect(refusalOf(readNote(hostile, CONTEXT))).toEqual(['NOTE_FIELD_UNKNOWN', '__proto__']);
  });

  it('with a value of more than 4,000 bytes is refused', () => {
    expect(readNote({ ...NOTE, value: 'x'.repeat(4_000) }, CONTEXT).ok).toBe(true);
    expect(refusalOf(readNote({ ...NOTE, value: 'x'.repeat(4_001) }, CONTEXT))).toEqual(['NOTE_TOO_LARGE', 'value']);
  });

  it.each([[null], ['text'], [[NOTE]], [7]])('that is %j is refused', (input) => {
    expect(refusalOf(readNote(input, CONTEXT))).toEqual(['NOTE_NOT_OBJECT', '']);
  });
});

describe('a session notice', () => {
  it('ties a session to a user and a terminal, and keeps what else it says', () => {
    const notice = { sessionId: 's1', userId: 'u1', terminalId: 't1', os: 'linux', type: 'session' };
    expect(readSessionNotice(notice, CONTEXT)).toEqual({
      ok: true,
      row: {
        time: NOW,
        acceptedAt: NOW,
        workspace: 'default',
        source: 'shop',
        outcome: 'session',
        action: 'session',
        sessionId: 's1',
        userId: 'u1',
        terminalId: 't1',
        payload: '{"os":"linux"}',
      },
    });
  });

  it.each([{ userId: 'u1' }, { terminalId: 't1' }])('may name only one of them: %j', (known) => {
    expect(readSessionNotice({ sessionId: 's1', ...known }, CONTEXT).ok).toBe(true);
  });

  it('that names neither, or no session, is refused', () => {
    expect(refusalOf(readSessionNotice({ sessionId: 's1' }, CONTEXT))).toEqual(['NOTE_FIELD_MISSING', 'userId']);
    expect(refusalOf(readSessionNotice({ userId: 'u1' }, CONTEXT))).toEqual(['NOTE_FIELD_MISSING', 'sessionId']);
  });

  it('with more than 4,000 bytes beside its fields is refused', () => {
    const notice = { sessionId: 's1', userId: 'u1', extra: 'x'.repeat(4_000) };
    expect(refusalOf(readSessionNotice(notice, CONTEXT))).toEqual(['NOTE_TOO_LARGE', '']);
  });
});
