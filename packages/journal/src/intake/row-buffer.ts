import { isErasingRow } from '../erasing-row.ts';
import type { JournalOutcome, JournalRow } from '../row.ts';

/** Rows that wait in memory; bounded by both. */
export interface RowBufferBounds {
  readonly maxRows: number;
  readonly maxBytes: number;
}

export interface RowBuffer {
  readonly rows: number;
  readonly bytes: number;
  /** Takes the row; what had to give way for it (perhaps the row itself) is told to `onDropped`. */
  push(row: JournalRow): void;
  /** The oldest rows, those that matter most first. */
  take(maxRows: number): JournalRow[];
}

/** What gives way first: steps on the way. Then what went well. What was lost for Customer.io stays longest, and what erases. */
const RANKS: Readonly<Record<JournalOutcome, 0 | 1 | 2>> = {
  failed: 0,
  'fell-back': 0,
  deduplicated: 0,
  delivered: 1,
  redriven: 1,
  webhook: 1,
  note: 1,
  session: 1,
  'dead-lettered': 2,
  erased: 2,
  discarded: 2,
};

/** Memory of a row without its payload, about. */
const ROW_BYTES = 500;
/** Of a payload that is not text yet, a guess: measuring it would cost as much as writing it. */
const OBJECT_BYTES = 1_000;

/** First in, first out, within each of three ranks. */
export function createRowBuffer(bounds: RowBufferBounds, onDropped: (row: JournalRow) => void): RowBuffer {
  const ranks = [createFifo(), createFifo(), createFifo()] as const;
  let rows = 0;
  let bytes = 0;

  const remove = (fifo: Fifo): JournalRow | undefined => {
    const row = fifo.shift();
    if (row === undefined) return undefined;
    rows -= 1;
    bytes -= bytesOf(row);
    return row;
  };

  const makeRoom = (rank: number): boolean => {
    for (const [candidate, fifo] of ranks.entries()) {
      if (candidate > rank) return false;
      const row = remove(fifo);
      if (row === undefined) continue;
      onDropped(row);
      return true;
    }
    return false;
  };

  return {
    get rows() {
      return rows;
    },
    get bytes() {
      return bytes;
    },
    push(row) {
      const rank = isErasingRow(row) ? 2 : (RANKS[row.outcome] ?? 0);
      const needed = bytesOf(row);
      while (rows >= bounds.maxRows || bytes + needed > bounds.maxBytes) {
        if (makeRoom(rank)) continue;
        onDropped(row);
        return;
      }
      ranks[rank].push(row);
      rows += 1;
      bytes += needed;
    },
    take(maxRows) {
      const taken: JournalRow[] = [];
      for (const fifo of ranks.toReversed()) {
        while (taken.length < maxRows) {
          const row = remove(fifo);
          if (row === undefined) break;
          taken.push(row);
        }
      }
      return taken;
    },
  };
}

function bytesOf({ payload }: JournalRow): number {
  if (payload === undefined || payload === null) return ROW_BYTES;
  return ROW_BYTES + (typeof payload === 'string' ? payload.length * 2 : OBJECT_BYTES);
}

interface Fifo {
  push(row: JournalRow): void;
  shift(): JournalRow | undefined;
}

/** `Array.shift` moves all that follows; here the front is cut off only now and then. */
function createFifo(): Fifo {
  let items: (JournalRow | undefined)[] = [];
  let front = 0;
  return {
    push(row) {
      items.push(row);
    },
    shift() {
      const row = items[front];
      if (row === undefined) return undefined;
      items[front] = undefined;
      front += 1;
      if (front === items.length) {
        items = [];
        front = 0;
      } else if (front >= 1_024 && front * 2 >= items.length) {
        items = items.slice(front);
        front = 0;
      }
      return row;
    },
  };
}
