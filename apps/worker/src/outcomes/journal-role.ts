import { createJournalStore, createJournalWriter, type JournalSettings, type JournalWriter } from '@cio-fleet/journal';
import { type Service, service } from '@cio-fleet/lifecycle';
import type { Logger } from '@cio-fleet/telemetry';
import type { Redis } from 'ioredis';

export interface JournalRoleOptions {
  readonly redis: Redis;
  readonly workspaces: readonly string[];
  readonly journal: JournalSettings;
  readonly lockMs: number;
  readonly stalledCheckMs: number;
  readonly logger: Logger;
}

/** The writer role of this process: a writer for each workspace, and the store that they share. */
export interface JournalRole {
  /** In the order of their start. */
  readonly services: readonly Service[];
  readonly writers: ReadonlyMap<string, JournalWriter>;
}

export function createJournalRole(options: JournalRoleOptions): JournalRole {
  const { redis, workspaces, journal, logger, lockMs, stalledCheckMs } = options;
  if (journal.place === undefined) return { services: [], writers: new Map() };
  const { retentionDays } = journal;
  const store = createJournalStore(journal.place, logger, retentionDays);
  const writers = new Map(
    workspaces.map((workspace) => [
      workspace,
      createJournalWriter({
        redis,
        workspace,
        store,
        keepsStore: true,
        retentionDays,
        lockMs,
        stalledCheckMs,
        logger,
      }),
    ]),
  );
  // The writers start the store, in the background: its database may be away.
  const closing = service({ name: 'journal store', start: () => undefined, stop: () => store.stop() });
  return { services: [closing, ...writers.values()], writers };
}
