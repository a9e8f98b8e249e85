import { setTimeout as delay } from 'node:timers/promises';
import type { JournalRow, JournalSink } from '@cio-fleet/journal';
import { createCpuShare } from './cpu-share.ts';

/** Puts rows into the journal's queue before the batch that they tell of is settled. */
export interface RowKeeper {
  /**
   * Resolves when the rows are in Redis: after that no crash of this process loses them. Where that would hold delivery up, they are
   * only recorded, and it resolves at once. Never rejects.
   *
   * @param rows - made only when they are wanted, so that their making counts as work for the journal
   */
  keep(rows: () => readonly JournalRow[]): Promise<void>;
}

export interface RowKeeperOptions {
  readonly sink: Pick<JournalSink, 'record' | 'write'>;
  /** The longest that a batch waits for its rows, in ms. @defaultValue 250 */
  readonly maxWaitMs?: number;
  /** Share of one core for rows that are waited for; beyond it they are only recorded. @defaultValue 0.1 */
  readonly maxCpuShare?: number;
  /** How long nobody waits after the queue was full or Redis slow, in ms. @defaultValue 1_000 */
  readonly restMs?: number;
}

const defaults = { maxWaitMs: 250, maxCpuShare: 0.1, restMs: 1_000 } satisfies Partial<RowKeeperOptions>;

/**
 * Group commit: while a pack is on its way, rows of other lanes collect for the next one. The row goes before the effect is
 * settled because the other way round a crash in between loses it; a batch that comes again has the same rows, and the
 * journal keeps each once.
 */
export function createRowKeeper(options: RowKeeperOptions): RowKeeper {
  const { sink, maxWaitMs, maxCpuShare, restMs } = { ...defaults, ...options };
  const share = createCpuShare(maxCpuShare);
  let waiting: JournalRow[] = [];
  let next: Promise<void> | undefined;
  let current: Promise<void> = Promise.resolve();
  let restsUntil = 0;

  async function writeWaiting(): Promise<void> {
    const rows = waiting;
    waiting = [];
    next = undefined;
    const result = await share.measure(() => sink.write(rows));
    if (result.queued) return;
    restsUntil = performance.now() + restMs;
    // The sink still tries what Redis didn't answer. The rest it counts as dropped, unless there is room after all.
    if (result.reason !== 'unavailable') for (const row of rows) sink.record(row);
  }

  function write(rows: readonly JournalRow[]): Promise<void> {
    for (const row of rows) waiting.push(row);
    if (next === undefined) {
      next = current.then(writeWaiting);
      current = next;
    }
    return next;
  }

  return {
    async keep(makeRows) {
      const isBusy = !share.hasLeft || performance.now() < restsUntil;
      const rows = share.measure(makeRows);
      if (rows.length === 0) return;
      if (isBusy) {
        for (const row of rows) sink.record(row);
        return;
      }
      const written = write(rows);
      const waited = new AbortController();
      const late = delay(maxWaitMs, 'late' as const, { signal: waited.signal }).catch(() => undefined);
      if ((await Promise.race([written, late])) === 'late') restsUntil = performance.now() + restMs;
      waited.abort();
    },
  };
}
