import { journalQueueName } from '@cio-fleet/contracts';
import {
  createDayArchiver,
  createJournalStore,
  createJournalWriter,
  type DayArchiver,
  type JournalSettings,
  type JournalWriter,
} from '@cio-fleet/journal';
import { type Service, service, stoppedTogether } from '@cio-fleet/lifecycle';
import type { Logger } from '@cio-fleet/telemetry';
import type { Redis } from 'ioredis';
import { createErrorLog } from '../error-log.ts';
import { createIdleTurns } from './idle-turns.ts';

export interface JournalRoleOptions {
  readonly redis: Redis;
  readonly workspaces: readonly string[];
  readonly journal: JournalSettings;
  /** Whether this process delivers, too: then the writers use what time that leaves. */
  readonly isDelivering: boolean;
  readonly lockMs: number;
  readonly stalledCheckMs: number;
  /** How long a stop waits for packs in work, in ms. */
  readonly stopTimeoutMs: number;
  readonly logger: Logger;
}

/** Smaller bites: rows of a batch are made text in one go, and lanes wait meanwhile. */
const BESIDE_DELIVERY = { packs: 16, batchRows: 2_000, parallelBatches: 2 } as const;

/** The writer role of this process: a writer for each workspace, and the store that they share. */
export interface JournalRole {
  /** In the order of their start. */
  readonly services: readonly Service[];
  readonly writers: ReadonlyMap<string, JournalWriter>;
  /** Undefined: days are dropped without an archive. */
  readonly archiver: DayArchiver | undefined;
}

export function createJournalRole(options: JournalRoleOptions): JournalRole {
  const { redis, workspaces, journal, logger, lockMs, stalledCheckMs, stopTimeoutMs } = options;
  if (journal.place === undefined) return { services: [], writers: new Map(), archiver: undefined };
  const { place, retentionDays, archive } = journal;
  const store = createJournalStore(place, logger, retentionDays);
  const archiver = archive && createDayArchiver({ place, target: archive, retentionDays, logger });
  const turn = options.isDelivering ? createIdleTurns() : undefined;
  const errors = createErrorLog(logger);
  const writers = new Map(
    workspaces.map((workspace) => [
      workspace,
      createJournalWriter({
        redis,
        workspace,
        store,
        keepsStore: true,
        retentionDays,
        ...(turn && { turn, ...BESIDE_DELIVERY }),
        ...(archiver && { archive: archiver.archive, eraseArchived: archiver.eraseWhenDue }),
        lockMs,
        stalledCheckMs,
        stopTimeoutMs,
        onQueueError: (error) => errors.log(error, journalQueueName(workspace)),
        logger,
      }),
    ]),
  );
  // The writers start the store, in the background: its database may be away.
  const closing = service({ name: 'journal store', start: () => undefined, stop: () => store.stop() });
  // Before the writers, which wait for the day that is being archived; it is archived anew by whoever comes next.
  const archiving =
    archiver && service({ name: 'journal archive', start: () => undefined, stop: () => archiver.stop() });
  const writing = stoppedTogether('journal writers', [...writers.values()]);
  return { services: [closing, writing, ...(archiving ? [archiving] : [])], writers, archiver };
}
