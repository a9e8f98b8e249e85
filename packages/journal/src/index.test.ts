import { expect, it } from 'vitest';
import * as api from './index.ts';

it('exports its public API and nothing else', () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "JOURNAL_OUTCOMES",
      "JOURNAL_VARIABLES",
      "JournalUnavailableError",
      "createJournalReader",
      "createJournalSink",
      "createJournalSource",
      "createJournalStore",
      "createJournalWriter",
      "createPostgresSource",
      "createPostgresStore",
      "createSqliteSource",
      "createSqliteStore",
      "failureFingerprint",
      "forgetPerson",
      "normalizeReason",
      "readJournalSettings",
      "readOldestPackMs",
      "rowOfOperation",
    ]
  `);
});
