import {
  createPostgresSource,
  createSqliteSource,
  type JournalPlace,
  type JournalSource,
  uuidToUlid,
} from '@cio-fleet/journal';

/** What the journal says of operations that were delivered. */
export interface DeliveredRows {
  readonly rows: number;
  /** ULIDs of operations, by the producer's verb. */
  readonly operations: ReadonlyMap<string, ReadonlySet<string>>;
  /** Rows that the sums know of. */
  readonly summed: number;
}

/** Looks into a journal with all the time that it takes. */
export interface JournalRows {
  delivered(): Promise<DeliveredRows>;
  /** Rows of an outcome; 0 while the journal can't be asked. */
  count(outcome: string): Promise<number>;
  close(): Promise<void>;
}

const PATIENCE_MS = 120_000;
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

export function openJournalRows(place: JournalPlace): JournalRows {
  const source: JournalSource =
    place.kind === 'sqlite'
      ? createSqliteSource({ folder: place.folder, timeoutMs: PATIENCE_MS })
      : createPostgresSource({ databaseUrl: place.databaseUrl, statementTimeoutMs: PATIENCE_MS, logger: quiet });
  const numberOf = async (text: string, values: readonly string[] = []) =>
    (await source.select(text, values)).flat().reduce((sum, { n }) => sum + Number(n), 0);
  return {
    async delivered() {
      const parts = await source.select("SELECT action, operation_id FROM journal WHERE outcome = 'delivered'", []);
      const rows = parts.flat();
      const operations = new Map(
        [...Map.groupBy(rows, ({ action }) => String(action))].map(([verb, theirs]) => [
          verb,
          new Set(theirs.map(({ operation_id }) => uuidToUlid(String(operation_id)))),
        ]),
      );
      const summed = await numberOf("SELECT SUM(count) AS n FROM journal_rollups WHERE outcome = 'delivered'");
      return { rows: rows.length, operations, summed };
    },
    count: (outcome) => numberOf('SELECT COUNT(*) AS n FROM journal WHERE outcome = $1', [outcome]).catch(() => 0), // away, or busy coming back
    close: () => source.close(),
  };
}
