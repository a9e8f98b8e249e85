import { expect, it } from 'vitest';
import { noteSubjectOf, readNotesQuestion } from './notes-question.ts';

it('asks for nothing without a text', () => {
  expect(readNotesQuestion({ by: 'user' })).toBeUndefined();
});

it.each([
  [{ q: 'pos-7' }, { text: 'pos-7', by: undefined, days: 15 }],
  [
    { q: 'pos-7', by: 'terminal', days: '3' },
    { text: 'pos-7', by: 'terminal', days: 3 },
  ],
  [
    { q: '42', by: 'magic', days: 'many' },
    { text: '42', by: undefined, days: 15 },
  ],
  [
    { q: '42', days: '99999' },
    { text: '42', by: undefined, days: 3_650 },
  ],
])('takes %j for the question %j', (query, question) => {
  expect(readNotesQuestion(query as Record<string, string>)).toEqual(question);
});

it('names whose notes are meant as the journal does', () => {
  const owners = ['session', 'user', 'terminal', 'component'] as const;
  expect(owners.map((owner) => noteSubjectOf(owner, 'x'))).toEqual([
    { sessionId: 'x' },
    { userId: 'x' },
    { terminalId: 'x' },
    { component: 'x' },
  ]);
});
