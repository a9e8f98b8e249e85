import { expect, it } from 'vitest';
import { laneKeysOf, lookUpsOf, readPersonQuestion } from './person-question.ts';

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
  ['42', ['id:42']],
  ['Ada@Example.com', ['email:ada@example.com', 'id:Ada@Example.com']],
  ['email:Ada@Example.com', ['email:ada@example.com']],
  ['+4912', ['phone:+4912', 'id:+4912']],
  ['cio_id:a', ['cio_id:a']],
])('takes %s for %j in the queues', (text, keys) => {
  expect(laneKeysOf(text)).toEqual(keys);
});
