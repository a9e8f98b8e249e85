import { expect, it } from 'vitest';
import { isAskedFor, lookUpsOf, readPersonQuestion } from './person-question.ts';

const ULID = '01J00000000000000000000007';

it('asks nothing without a text', () => {
  expect(readPersonQuestion({})).toBeUndefined();
});

it.each([
  [{ q: '42' }, { text: '42', by: 'auto', days: 15, archive: false }],
  [
    { q: '42', by: 'session', days: '3', archive: '1', after: 'x' },
    { text: '42', by: 'session', days: 3, archive: true, after: 'x' },
  ],
  [
    { q: '42', by: 'magic', days: 'many' },
    { text: '42', by: 'auto', days: 15, archive: false },
  ],
  [
    { q: '42', days: '-9' },
    { text: '42', by: 'auto', days: 1, archive: false },
  ],
])('reads %j as %j', (query, question) => {
  expect(readPersonQuestion(query as Record<string, string>)).toEqual(question);
});

it.each([
  ['42', 'auto', ['person', 'session', 'trace']],
  [ULID, 'auto', ['operation', 'person', 'session', 'trace']],
  ['42', 'trace', ['trace']],
  [ULID, 'operation', ['operation']],
  ['no-ulid', 'operation', []],
] as const)('looks %s up by %s as %j', (text, by, lookUps) => {
  expect(lookUpsOf({ text, by, days: 1, archive: false })).toEqual(lookUps);
});

it.each([
  ['trace', '4bf92f3577b34da6a3ce929d0e0e4736', true],
  ['trace', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', true],
  ['trace', '00000000000000000000000000000001', false],
  ['session', 's-1', true],
  ['session', 's-2', false],
  ['operation', ULID, true],
  ['operation', 's-1', false],
  ['auto', 'whatever', true],
] as const)('finds an operation that waits by %s %s: %s', (by, text, isMeant) => {
  const operation = {
    ...{ id: ULID, at: 1, sessionId: 's-1', traceId: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' },
    op: { type: 'person', action: 'delete', identifiers: { id: '42' } },
  } as const;
  expect(isAskedFor({ text, by, days: 1, archive: false }, operation)).toBe(isMeant);
});
