import { setTimeout as delay } from 'node:timers/promises';
import { type Service, service } from '@cio-fleet/lifecycle';
import type { Redis } from 'ioredis';
import type { JournalLogger } from '../intake/journal-sink-options.ts';
import { decodePack } from '../queue/pack.ts';
import { createPackAccount } from '../queue/pack-queue.ts';
import { type PackResult, type PackWorker, startPackWorker } from '../queue/pack-worker.ts';
import type { StoredRow } from '../row.ts';
import type { JournalStore } from '../store/journal-store.ts';
import { createBatcher } from './batcher.ts';
import { createErasures } from './erasures.ts';
import { retryDelayMs } from './retry-delay.ts';

/** How packs become rows of a store. */
export interface JournalWriterOptions {
  /** Its commands wait for Redis to come back (`purpose: 'worker'`); the writer doesn't close it. */
  readonly redis: Redis;
  readonly workspace: string;
  /** The writer starts it, maintains it and, unless `keepsStore`, stops it. */
  readonly store: JournalStore;
  /** Whether several writers share the store, and somebody else stops it. @defaultValue false */
  readonly keepsStore?: boolean;
  /** Days of acceptance that are kept, today included. @defaultValue 15 */
  readonly retentionDays?: number;
  /** Called with each day before it is dropped; the day stays when it rejects. @defaultValue none */
  readonly archive?: (day: string) => Promise<void>;
  /** Called now and then; makes the archive forget whom the journal forgot. Needed with `archive`. @defaultValue none */
  readonly eraseArchived?: () => Promise<void>;
  /** Waited for before each pack, so that the writer leaves time to what matters more. @defaultValue none */
  readonly turn?: () => Promise<void>;
  /** Packs in memory at once. @defaultValue 32 */
  readonly packs?: number;
  /** Rows written in one transaction. @defaultValue 8_000 */
  readonly batchRows?: number;
  /** Bytes of them. @defaultValue 8 MiB */
  readonly batchBytes?: number;
  /** @defaultValue 3 */
  readonly parallelBatches?: number;
  /** How often old days are dropped and new ones made, in ms. @defaultValue 60_000 */
  readonly maintenanceIntervalMs?: number;
  /** Packs of a killed writer come back within lock + check, in ms. @defaultValue 15_000 */
  readonly lockMs?: number;
  /** @defaultValue 5_000 */
  readonly stalledCheckMs?: number;
  /** Told of errors of the queue instead of the log; they may come each second. @defaultValue they are logged */
  readonly onQueueError?: (error: Error) => void;
  /** How long a stop waits for the packs in work, in ms. @defaultValue 5_000 */
  readonly stopTimeoutMs?: number;
  readonly logger: JournalLogger;
}

/** What the writer has done since it started. */
export interface JournalWriterStats {
  readonly inserted: number;
  readonly repeated: number;
  readonly rejected: number;
  /** Packs that could not be read. */
  readonly unreadable: number;
  /** Whether the database takes rows. */
  readonly isAvailable: boolean;
}

/** Takes packs from the queue and keeps their rows. */
export interface JournalWriter extends Service {
  stats(): JournalWriterStats;
  /** Bytes of packs that wait in Redis. */
  queuedBytes(): Promise<number>;
}

const defaults = {
  keepsStore: false,
  retentionDays: 15,
  packs: 32,
  batchRows: 8_000,
  batchBytes: 8 * 1024 * 1024,
  parallelBatches: 3,
  maintenanceIntervalMs: 60_000,
  lockMs: 15_000,
  stalledCheckMs: 5_000,
  stopTimeoutMs: 5_000,
} satisfies Partial<JournalWriterOptions>;

/** The account of bytes is compared with the queue every so many rounds of maintenance. */
const ROUNDS_PER_RECOUNT = 10;

/**
 * Creates the writer role. While the database is away packs wait in the queue, and the writer tries again and again; delivery
 * knows nothing of it.
 */
export function createJournalWriter(options: JournalWriterOptions): JournalWriter {
  const settings = { ...defaults, ...options };
  const { redis, workspace, store, logger } = settings;
  const account = createPackAccount(redis, workspace);
  const totals = { inserted: 0, repeated: 0, rejected: 0, unreadable: 0, isAvailable: false };
  const erasures = createErasures(store, settings.eraseArchived !== undefined);
  let stopping = new AbortController();
  let worker: PackWorker | undefined;
  let background: Promise<unknown> = Promise.resolve();

  /** Repeats what fails until it works or the writer stops: rows are lost to no outage. */
  async function persist<T>(what: string, work: () => Promise<T>): Promise<T> {
    const { signal } = stopping;
    for (let attempt = 1; ; attempt += 1) {
      try {
        const result = await work();
        if (!totals.isAvailable) logger.info({ workspace }, 'the journal takes rows');
        totals.isAvailable = true;
        return result;
      } catch (error) {
        if (totals.isAvailable || attempt === 1)
          logger.warn({ err: error, workspace }, `the journal can not ${what}; it waits`);
        totals.isAvailable = false;
        await delay(retryDelayMs(attempt, Math.random), undefined, { signal });
      }
    }
  }

  const batcher = createBatcher({
    maxRows: settings.batchRows,
    maxBytes: settings.batchBytes,
    parallel: settings.parallelBatches,
    async write(rows) {
      const report = await persist('write', () => store.write(rows));
      // Before the pack is acknowledged: after a crash in between it comes again, and this with it.
      await persist('forget', () => erasures.follow(rows));
      totals.inserted += report.inserted;
      totals.repeated += report.repeated;
      totals.rejected += report.rejected;
      if (report.rejected > 0) logger.error({ workspace, rows: report.rejected }, 'rows were refused by the database');
    },
  });

  async function processPack(id: string, data: unknown): Promise<PackResult> {
    await settings.turn?.();
    const pack = await decodePack(data);
    if (pack.kind === 'newer') return { kind: 'later', problem: `version ${pack.version} is for a newer writer` };
    if (pack.kind === 'unreadable') return unreadable(id, pack.problem);
    if (pack.unreadable.length > 0) {
      totals.rejected += pack.unreadable.length;
      logger.error({ workspace, rows: pack.unreadable.length }, 'rows of a pack can not be read');
    }
    try {
      if (pack.rows.length > 0) await batcher.add(pack.rows, bytesOf(pack.rows));
    } catch (error) {
      return { kind: 'later', problem: error instanceof Error ? error.message : String(error) };
    }
    await account.settle(id);
    return { kind: 'kept' };
  }

  async function unreadable(id: string, problem: string): Promise<PackResult> {
    totals.unreadable += 1;
    logger.error({ workspace, problem }, 'a pack can not be read');
    await account.settle(id);
    return { kind: 'unreadable', problem };
  }

  async function maintainForEver(signal: AbortSignal): Promise<void> {
    for (let round = 1; !signal.aborted; round += 1) {
      try {
        const { retentionDays, archive } = settings;
        const { dropped } = await store.maintain({
          nowMs: Date.now(),
          retentionDays,
          ...(archive === undefined ? {} : { archive }),
        });
        if (dropped.length > 0) logger.info({ days: dropped }, 'days of the journal are over and dropped');
        await erasures.repeat(Date.now());
        await settings.eraseArchived?.();
        if (round % ROUNDS_PER_RECOUNT === 0) await account.recount();
      } catch (error) {
        logger.warn({ err: error }, 'the journal could not be maintained; it is tried again');
      }
      await delay(settings.maintenanceIntervalMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** In the background: an app whose database is away starts all the same. */
  async function run(signal: AbortSignal): Promise<void> {
    await persist('start', () => store.start());
    if (signal.aborted) return;
    worker = startPackWorker({
      redis,
      workspace,
      concurrency: settings.packs,
      lockMs: settings.lockMs,
      stalledCheckMs: settings.stalledCheckMs,
      process: processPack,
      onError: settings.onQueueError ?? ((error) => logger.warn({ err: error, workspace }, "the journal's queue")),
    });
    await maintainForEver(signal);
  }

  const lifecycle = service({
    name: `journal writer of ${workspace}`,
    start() {
      stopping = new AbortController();
      const { signal } = stopping;
      background = run(signal).catch((error: unknown) => {
        if (!signal.aborted) logger.error({ err: error, workspace }, 'the journal writer ended');
      });
    },
    async stop() {
      // Whoever waits for the database gives up; the packs go back to the queue.
      stopping.abort();
      // Redis may be away: what is not finished by then is written again by others.
      await withinMs(settings.stopTimeoutMs, Promise.all([background, worker?.stop()]));
      worker = undefined;
      totals.isAvailable = false;
      if (!settings.keepsStore) await store.stop();
    },
  });
  return { ...lifecycle, stats: () => ({ ...totals }), queuedBytes: () => account.bytes() };
}

/** Waits for `work`, but no longer than that. */
async function withinMs(timeoutMs: number, work: Promise<unknown>): Promise<void> {
  const done = new AbortController();
  const timeout = delay(timeoutMs, undefined, { signal: done.signal }).catch(() => undefined);
  await Promise.race([work, timeout]);
  done.abort();
}

function bytesOf(rows: readonly StoredRow[]): number {
  const ROW_BYTES = 300;
  return rows.reduce((sum, { payload }) => sum + ROW_BYTES + (payload?.length ?? 0), 0);
}
