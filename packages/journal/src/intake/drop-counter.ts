import type { JournalRow } from '../row.ts';
import type { Dropped, DropReason, JournalLogger } from './journal-sink-options.ts';

export interface DropCounter {
  /** @param rows - @defaultValue 1 */
  count(row: Pick<JournalRow, 'outcome'>, reason: DropReason, rows?: number): void;
  readonly totals: Readonly<Record<string, number>>;
}

/** A flood of drops is one line a minute. */
const LOG_INTERVAL_MS = 60_000;

/** Counts what is dropped by outcome and reason, and says so now and then. */
export function createDropCounter(logger: JournalLogger, onDropped: (dropped: Dropped) => void): DropCounter {
  const totals: Record<string, number> = {};
  let loggedAtMs = Number.NEGATIVE_INFINITY;
  return {
    totals,
    count({ outcome }, reason, rows = 1) {
      const key = `${outcome}/${reason}`;
      totals[key] = (totals[key] ?? 0) + rows;
      onDropped({ outcome, reason, rows });
      const nowMs = performance.now();
      if (nowMs - loggedAtMs < LOG_INTERVAL_MS) return;
      loggedAtMs = nowMs;
      logger.warn({ dropped: { ...totals } }, 'the journal drops rows');
    },
  };
}
