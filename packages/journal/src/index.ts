export { ArchiveError, type ArchiveErrorCode } from './archive/archive-error.ts';
export {
  type ArchivedDay,
  type ArchiveReader,
  type ArchiveReaderOptions,
  createArchiveReader,
} from './archive/archive-reader.ts';
export type { ArchiveTarget } from './archive/archive-target.ts';
export {
  createDayArchiver,
  type DayArchiver,
  type DayArchiverOptions,
  type DayArchiverStats,
} from './archive/day-archiver.ts';
export type { EraseReport } from './archive/erase-archived.ts';
export type { RestoreReport } from './archive/restore-day.ts';
export { isErasingRow } from './erasing-row.ts';
export { type FailureFacts, failureFingerprint, normalizeReason } from './failure-fingerprint.ts';
export { type ForgetPersonOptions, forgetPerson } from './forget-person.ts';
export type { PayloadPolicy } from './intake/clean-row.ts';
export { createJournalSink } from './intake/journal-sink.ts';
export {
  DROP_REASONS,
  type Dropped,
  type DropReason,
  type JournalLogger,
  type JournalSink,
  type JournalSinkOptions,
  type JournalSinkStats,
  type WriteOptions,
  type WriteResult,
} from './intake/journal-sink-options.ts';
export type { PersonPrivacy } from './intake/person-privacy.ts';
export { createJournalSource, createJournalStore, type JournalPlace } from './journal-place.ts';
export { createPostgresSource, type PostgresSourceOptions } from './postgres/postgres-source.ts';
export { createPostgresStore, type PostgresStoreOptions } from './postgres/postgres-store.ts';
export { readOldestPackMs } from './queue/pack-age.ts';
export type { Identities } from './reader/identities.ts';
export type { JournalEntry } from './reader/journal-entry.ts';
export {
  createJournalReader,
  type ForgottenProof,
  type JournalReader,
  type JournalReaderOptions,
} from './reader/journal-reader.ts';
export type { JournalSource, SqlRow, SqlValue } from './reader/journal-source.ts';
export type { FailureGroup } from './reader/read-failures.ts';
export type { Note, NoteSubject } from './reader/read-notes.ts';
export type { Dimension, Rollup } from './reader/read-rollups.ts';
export type { SourceReport } from './reader/read-sources.ts';
export type { Subject, TimelinePage, TimelineQuery } from './reader/read-timeline.ts';
export type { TimeWindow } from './reader/window.ts';
export { JOURNAL_OUTCOMES, type JournalOutcome, type JournalRow } from './row.ts';
export { uuidToUlid } from './row-key.ts';
export { type OutcomeFacts, rowOfOperation } from './row-of-operation.ts';
export {
  JOURNAL_VARIABLES,
  type JournalSettings,
  type JournalSettingsResult,
  type JournalVariable,
  readJournalSettings,
} from './settings.ts';
export { createSqliteSource, type SqliteSourceOptions } from './sqlite/sqlite-source.ts';
export { createSqliteStore, type SqliteStoreOptions } from './sqlite/sqlite-store.ts';
export {
  type ForgetOptions,
  type ForgetReport,
  type JournalStore,
  JournalUnavailableError,
  type MaintenanceOptions,
  type MaintenanceReport,
  type StoreReport,
} from './store/journal-store.ts';
export { readWaitingDays, type WaitingDaysOptions } from './waiting-days.ts';
export {
  createJournalWriter,
  type JournalWriter,
  type JournalWriterOptions,
  type JournalWriterStats,
} from './writer/journal-writer.ts';
