import type { JournalEntry } from '@cio-fleet/journal';

/** Everything on a page about one operation, webhook or note. */
export interface OperationLife {
  readonly operationId: string;
  /** The newest row. */
  readonly latest: JournalEntry;
  /** Oldest first. */
  readonly steps: readonly JournalEntry[];
  /** JSON text of the newest row that has one. */
  readonly payload: string | null;
}

/** Rows, newest first, by what they are about; what happened last comes first. */
export function livesOf(rows: readonly JournalEntry[]): readonly OperationLife[] {
  return [...Map.groupBy(rows, ({ operationId }) => operationId)].flatMap(([operationId, own]) => {
    const [latest] = own;
    if (latest === undefined) return [];
    const payload = own.find((row) => row.payload !== null)?.payload ?? null;
    return { operationId, latest, steps: own.toReversed(), payload };
  });
}

/** A payload, indented; as it is where it isn't JSON (cut, say). */
export function readablePayload(payload: string): string {
  try {
    return JSON.stringify(JSON.parse(payload), null, 2);
  } catch {
    return payload; // cut at the journal's bound: still worth a look
  }
}
