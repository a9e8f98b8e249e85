import type { JournalLogger } from './intake/journal-sink-options.ts';
import { createPostgresSource } from './postgres/postgres-source.ts';
import { createPostgresStore } from './postgres/postgres-store.ts';
import type { JournalSource } from './reader/journal-source.ts';
import { createSqliteSource } from './sqlite/sqlite-source.ts';
import { createSqliteStore } from './sqlite/sqlite-store.ts';
import type { JournalStore } from './store/journal-store.ts';

/** Where the journal is kept. */
export type JournalPlace =
  /** `readUrl` is a standby, where there is one. */
  | { readonly kind: 'postgres'; readonly databaseUrl: string; readonly readUrl?: string }
  | { readonly kind: 'sqlite'; readonly folder: string };

/** The store of a place. @param retentionDays - days kept, today included */
export function createJournalStore(place: JournalPlace, logger: JournalLogger, retentionDays?: number): JournalStore {
  const retention = retentionDays === undefined ? {} : { retentionDays };
  if (place.kind === 'sqlite') return createSqliteStore({ folder: place.folder, ...retention });
  return createPostgresStore({ databaseUrl: place.databaseUrl, logger, ...retention });
}

/** The source of a place: what readers ask. */
export function createJournalSource(place: JournalPlace, logger: JournalLogger): JournalSource {
  if (place.kind === 'sqlite') return createSqliteSource({ folder: place.folder });
  return createPostgresSource({ databaseUrl: place.readUrl ?? place.databaseUrl, logger });
}
