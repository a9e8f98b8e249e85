import type { JournalRow } from '../row.ts';
import type { Dropped, DropReason, JournalLogger } from './journal-sink-options.ts';

export interface DropCounter {
  count(row: Pick<JournalRow, 'outcome'>, reason: DropReason): void;
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
    count({ outcome }, reason) {
      const key = `${outcome}/${reason}`;
      totals[key] = (totals[key] ?? 0) + 1;
      onDropped({ outcome, reason, rows: 1 });
      const nowMs = performance.now();
      if (nowMs - loggedAtMs < LOG_INTERVAL_MS) return;
      loggedAtMs = nowMs;
      logger.warn({ dropped: { ...totals } }, 'the journal drops rows');
    },
  };
}
