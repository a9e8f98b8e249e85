import { expect, it } from 'vitest';
import { readDatagram } from './read-datagram.ts';
import { callerWithoutKey, isLoopback } from './udp-callers.ts';

const ANYBODY = { workspace: 'default', source: 'udp', keyId: 'udp' };
const SHOP = { workspace: 'shop', source: 'shop', keyId: 'k1' };
const byWriteKey = (key: string) => (key === 'wk' ? SHOP : undefined);
const OPEN = { byWriteKey, withoutKey: () => ANYBODY };
const LOCKED = { byWriteKey };
const read = (text: string | Buffer, callers: Parameters<typeof readDatagram>[1] = OPEN) =>
  readDatagram(Buffer.from(text), callers);

const OPERATION = { type: 'person', action: 'event', identifiers: { id: '1' }, name: 'Beep' };
const JSON_TEXT = JSON.stringify(OPERATION);

it('reads one operation', () => {
  expect(read(JSON_TEXT)).toEqual([{ kind: 'operation', caller: ANYBODY, operation: OPERATION }]);
  expect(read(JSON.stringify(OPERATION, null, 2))).toHaveLength(1);
});

it('reads one on each line, and goes on after a bad line', () => {
  const items = read(`${JSON_TEXT}\n\r\n{"half":\n${JSON_TEXT}\n`);
  expect(items.map((item) => (item.kind === 'refused' ? item.code : item.kind))).toEqual([
    'operation',
    'DATAGRAM_NOT_JSON',
    'operation',
  ]);
});

it('reads notes and session notices', () => {
  const items = read('{"type":"note","sessionId":"s1"}\n{"type":"session","sessionId":"s1"}');
  expect(items).toEqual([
    { kind: 'note', caller: ANYBODY, value: { type: 'note', sessionId: 's1' } },
    { kind: 'session', caller: ANYBODY, value: { type: 'session', sessionId: 's1' } },
  ]);
});

it('takes the sender from the write key, which goes no further', () => {
  const [item] = read(JSON.stringify({ ...OPERATION, writeKey: 'wk' }), LOCKED);
  expect(item).toEqual({ kind: 'operation', caller: SHOP, operation: OPERATION });
});

it('takes a write key for the lines after it, too', () => {
  const items = read(`{"writeKey":"wk"}\n${JSON_TEXT}\n${JSON_TEXT}`, LOCKED);
  expect(items).toEqual(Array(2).fill({ kind: 'operation', caller: SHOP, operation: OPERATION }));
});

it.each([
  ['no write key where one is needed', JSON_TEXT, LOCKED, 'DATAGRAM_KEY_MISSING'],
  ['an unknown write key', JSON.stringify({ ...OPERATION, writeKey: 'no' }), OPEN, 'DATAGRAM_KEY_UNKNOWN'],
  ['a write key that is no text', JSON.stringify({ ...OPERATION, writeKey: {} }), OPEN, 'DATAGRAM_KEY_UNKNOWN'],
  ['nothing', '', OPEN, 'DATAGRAM_NOT_JSON'],
  ['text', 'hello', OPEN, 'DATAGRAM_NOT_JSON'],
  ['bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), OPEN, 'DATAGRAM_NOT_JSON'],
  ['a list', `[${JSON_TEXT}]`, OPEN, 'DATAGRAM_NOT_OBJECT'],
  ['null', 'null', OPEN, 'DATAGRAM_NOT_OBJECT'],
  ['a depth of 30,000', '['.repeat(30_000), OPEN, 'DATAGRAM_TOO_DEEP'],
])('refuses %s', (_, text, callers, code) => {
  expect(read(text, callers)).toEqual([{ kind: 'refused', code }]);
});

it.each([
  ['127.0.0.1', true],
  ['127.9.9.9', true],
  ['::1', true],
  ['localhost', true],
  ['0.0.0.0', false],
  ['::', false],
  ['10.0.0.1', false],
  ['127.example.com', false],
])('whether %s is reached from this machine only: %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});

it('asks for each datagram whether it may come without a key, for the first key may come at any time', () => {
  let isOpen = true;
  const callers = { byWriteKey, withoutKey: () => (isOpen ? ANYBODY : undefined) };
  const event = Buffer.from(JSON.stringify({ type: 'person', action: 'event' }));
  expect(readDatagram(event, callers)).toMatchObject([{ kind: 'operation', caller: ANYBODY }]);
  isOpen = false;
  expect(readDatagram(event, callers)).toEqual([{ kind: 'refused', code: 'DATAGRAM_KEY_MISSING' }]);
});

it('lets nobody send without a write key from other machines, to several workspaces, or beside keys', () => {
  const plain = { name: 'default', gatewayKeys: [] };
  expect(callerWithoutKey('127.0.0.1', [plain])).toEqual(ANYBODY);
  expect(callerWithoutKey('0.0.0.0', [plain])).toBeUndefined();
  expect(callerWithoutKey('127.0.0.1', [plain, { ...plain, name: 'other' }])).toBeUndefined();
  expect(callerWithoutKey('127.0.0.1', [{ ...plain, gatewayKeys: [{}] }])).toBeUndefined();
});
