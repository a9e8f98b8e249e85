import { expect, it } from 'vitest';
import { journalNotice, journalState } from './journal-notice.ts';

it.each([
  ['nothing while the journal answers for now', { kind: 'answer', value: [], lagMs: 900 } as const, ''],
  ['how far a standby is behind', { kind: 'answer', value: [], lagMs: 65_000 } as const, 'behind: newer rows'],
  ['how to keep one where there is none', { kind: 'off' } as const, 'DATABASE_URL'],
  ['that it is away, and why', { kind: 'away', message: 'time-out' } as const, 'time-out'],
])('says %s', (_, answer, text) => {
  expect(journalNotice(answer).text).toContain(text);
});

it('tells programs the lag', () => {
  expect(journalState({ kind: 'answer', value: [], lagMs: 5 })).toEqual({ state: 'ok', lagMs: 5 });
});
