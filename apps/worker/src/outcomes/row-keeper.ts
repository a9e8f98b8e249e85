import { setTimeout as delay } from 'node:timers/promises';
import { isErasingRow, type JournalRow, type JournalSink } from '@cio-fleet/journal';
import { createCpuShare } from './cpu-share.ts';

/** Sends rows to the journal's queue before the batch that they tell of is settled. */
export interface RowKeeper {
  /**
   * Resolves when the rows are on their way, on the connection that then settles the batch. Redis does both in that order, so a
   * batch that is settled has its rows there, whoever crashes; a batch that isn't comes again, and its rows with it. Beyond its
   * bounds the keeper only records rows, and a crash then loses those that are still in memory. Never rejects.
   *
   * @param makeRows - called with the most rows that there is room for; what tells more than that all went well is made all the same
   */
  keep(makeRows: (room: number) => MadeRows): Promise<void>;
}

/** The rows of a batch. */
export interface MadeRows {
  readonly rows: readonly JournalRow[];
  /** Deliveries without a row, for want of room. */
  readonly shed: number;
}

export interface RowKeeperOptions {
  /** Its connection must be the one that settles batches. */
  readonly sink: Pick<JournalSink, 'record' | 'room' | 'shed' | 'write'>;
  /** The longest that a batch waits for its rows to be packed, in ms. @defaultValue 1_000 */
  readonly maxWaitMs?: number;
  /** Share of one core for making and packing rows that are waited for, about a third of what they cost in all; beyond it they are only recorded. @defaultValue 0.04 */
  readonly maxCpuShare?: number;
  /** How long nobody waits after the queue was full or packing slow, in ms. @defaultValue 1_000 */
  readonly restMs?: number;
}

const defaults = { maxWaitMs: 1_000, maxCpuShare: 0.04, restMs: 1_000 } satisfies Partial<RowKeeperOptions>;

/**
 * Group commit: while a pack is being made, rows of other lanes collect for the next one. Nobody waits for Redis's answer: what
 * is unanswered is bounded by the lanes, since each of them waits for its batch to be settled on the same connection.
 */
export function createRowKeeper(options: RowKeeperOptions): RowKeeper {
  const { sink, maxWaitMs, maxCpuShare, restMs } = { ...defaults, ...options };
  const share = createCpuShare(maxCpuShare);
  let waiting: JournalRow[] = [];
  let next: Promise<void> | undefined;
  let current: Promise<void> = Promise.resolve();
  let restsUntil = 0;

  const rest = () => {
    restsUntil = performance.now() + restMs;
  };

  async function sendWaiting(): Promise<void> {
    const rows = waiting;
    waiting = [];
    next = undefined;
    const { promise: sent, resolve: onSent } = Promise.withResolvers<void>();
    const written = share
      .measure(() => sink.write(rows, { onSent }))
      .then((result) => {
        if (result.queued) return;
        rest();
        // The sink still tries what Redis didn't answer, and a full queue has taken what erases. The rest it counts as dropped, unless
        // there is room after all.
        if (result.reason === 'unavailable') return;
        for (const row of rows) if (result.reason !== 'full' || !isErasingRow(row)) sink.record(row);
      });
    await Promise.race([sent, written]);
  }

  function send(rows: readonly JournalRow[]): Promise<void> {
    for (const row of rows) waiting.push(row);
    if (next === undefined) {
      next = current.then(sendWaiting);
      current = next;
    }
    return next;
  }

  return {
    async keep(makeRows) {
      const isBusy = !share.hasLeft || performance.now() < restsUntil;
      const { rows, shed } = share.measure(() => makeRows(isBusy ? sink.room() : Number.POSITIVE_INFINITY));
      sink.shed('delivered', shed);
      // By what erases the journal learns that it must forget somebody: few, and not to be shed.
      const awaited = isBusy ? rows.filter(isErasingRow) : rows;
      if (isBusy) for (const row of rows) if (!isErasingRow(row)) sink.record(row);
      if (awaited.length === 0) return;
      const waited = new AbortController();
      const late = delay(maxWaitMs, 'late' as const, { signal: waited.signal }).catch(() => undefined);
      if ((await Promise.race([send(awaited), late])) === 'late') rest();
      waited.abort();
    },
  };
}
