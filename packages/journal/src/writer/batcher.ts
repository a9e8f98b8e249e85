import type { StoredRow } from '../row.ts';

/** Rows of one pack, and who waits for them to be kept. */
interface Entry {
  readonly rows: readonly StoredRow[];
  readonly bytes: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export interface BatcherOptions {
  /** Packs are put together up to this; a larger pack goes alone. */
  readonly maxRows: number;
  readonly maxBytes: number;
  /** Batches written at the same time. */
  readonly parallel: number;
  readonly write: (rows: readonly StoredRow[]) => Promise<void>;
}

export interface Batcher {
  /** Resolves once the rows are kept. @throws what `write` throws */
  add(rows: readonly StoredRow[], bytes: number): Promise<void>;
}

/** Group commit: what arrives while a batch is being written is the next batch, so a lone pack never waits. */
export function createBatcher({ maxRows, maxBytes, parallel, write }: BatcherOptions): Batcher {
  const waiting: Entry[] = [];
  let writing = 0;

  function takeBatch(): Entry[] {
    const batch: Entry[] = [];
    let rows = 0;
    let bytes = 0;
    for (;;) {
      const next = waiting[0];
      if (next === undefined) return batch;
      if (batch.length > 0 && (rows + next.rows.length > maxRows || bytes + next.bytes > maxBytes)) return batch;
      batch.push(next);
      waiting.shift();
      rows += next.rows.length;
      bytes += next.bytes;
    }
  }

  async function writeNext(): Promise<void> {
    const batch = takeBatch();
    writing += 1;
    try {
      await write(batch.flatMap(({ rows }) => rows));
      for (const { resolve } of batch) resolve();
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(String(error));
      for (const { reject } of batch) reject(failure);
    } finally {
      writing -= 1;
      start();
    }
  }

  function start(): void {
    // What comes in the same turn goes together.
    while (writing < parallel && waiting.length > 0) void writeNext();
  }

  return {
    add: (rows, bytes) =>
      new Promise((resolve, reject) => {
        waiting.push({ rows, bytes, resolve, reject });
        queueMicrotask(start);
      }),
  };
}
