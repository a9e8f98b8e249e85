import { expect, it } from 'vitest';
import * as api from './index.ts';

it('exports its public API and nothing else', () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "ArchiveError",
      "DROP_REASONS",
      "JOURNAL_OUTCOMES",
      "JOURNAL_VARIABLES",
      "JournalUnavailableError",
      "createArchiveReader",
      "createDayArchiver",
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
      "isErasingRow",
      "normalizeReason",
      "readJournalSettings",
      "readOldestPackMs",
      "readWaitingDays",
      "rowOfOperation",
      "uuidToUlid",
    ]
  `);
});
