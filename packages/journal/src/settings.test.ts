import { expect, it } from 'vitest';
import { type JournalVariable, readJournalSettings } from './settings.ts';

const placeOf = (variables: Partial<Record<JournalVariable, string>>) => {
  const result = readJournalSettings(variables);
  return result.ok ? result.settings.place : result.problems;
};

it('keeps the journal in PostgreSQL, else in files, else nowhere', () => {
  const databaseUrl = 'postgres://a@b:1/c';
  const readUrl = 'postgresql://standby/c';
  expect(placeOf({})).toBeUndefined();
  expect(placeOf({ JOURNAL_DIR: 'j' })).toEqual({ kind: 'sqlite', folder: 'j' });
  expect(placeOf({ JOURNAL_DIR: 'j', DATABASE_URL: databaseUrl })).toEqual({ kind: 'postgres', databaseUrl });
  expect(placeOf({ DATABASE_URL: databaseUrl, JOURNAL_READ_URL: readUrl })).toEqual({
    kind: 'postgres',
    databaseUrl,
    readUrl,
  });
});

it('redacts payloads, shows persons and keeps 15 days unless told otherwise', () => {
  expect(readJournalSettings({})).toMatchObject({
    settings: { intake: { payload: 'redacted', redact: [], person: 'plain' }, retentionDays: 15 },
  });
  expect(
    readJournalSettings({
      JOURNAL_PAYLOAD: 'full',
      JOURNAL_REDACT: 'plan, attributes.city,',
      JOURNAL_PERSON: 'hash',
      JOURNAL_PERSON_KEY: 'k'.repeat(16),
      JOURNAL_RETENTION_DAYS: '3',
    }),
  ).toMatchObject({
    settings: {
      intake: { payload: 'full', redact: ['plan', 'attributes.city'], person: { hashKey: 'k'.repeat(16) } },
      retentionDays: 3,
    },
  });
});

it('reports all problems at once, and shows neither key nor password', () => {
  const result = readJournalSettings({
    DATABASE_URL: 'mysql://user:hunter2@host/db',
    JOURNAL_PAYLOAD: 'some',
    JOURNAL_PERSON: 'hash',
    JOURNAL_PERSON_KEY: 'tooshort',
    JOURNAL_RETENTION_DAYS: '0',
  });
  if (result.ok) throw new Error('expected problems');
  expect(result.problems.map((problem) => problem.split(':')[0])).toEqual([
    'JOURNAL_PAYLOAD',
    'JOURNAL_PERSON_KEY',
    'JOURNAL_RETENTION_DAYS',
    'DATABASE_URL',
  ]);
  expect(result.problems.join()).not.toMatch(/hunter2|tooshort/);
  expect(readJournalSettings({ JOURNAL_READ_URL: 'postgres://standby/db' })).toMatchObject({ ok: false });
});
