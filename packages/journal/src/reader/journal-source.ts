export type SqlValue = string | number | null;

/** A row as the database gives it, by column. */
export type SqlRow = Readonly<Record<string, SqlValue>>;

/**
 * Where a reader asks. The same text serves both databases: `$n` parameters, times as ms, no functions but those that both have.
 */
export interface JournalSource {
  /**
   * Runs a query on every part of the journal (SQLite: each day's file, newest first; PostgreSQL has one part). Each part keeps
   * the query's order and limit; merging is the caller's.
   *
   * @throws Error when it takes longer than the source's time-out
   */
  select(text: string, values: readonly SqlValue[]): Promise<readonly (readonly SqlRow[])[]>;
  /** How far a standby is behind, in ms; 0 for what is no standby. */
  lagMs(): Promise<number>;
  close(): Promise<void>;
}
