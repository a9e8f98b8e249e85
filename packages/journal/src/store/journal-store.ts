import type { StoredRow } from '../row.ts';

/** What became of rows given to a store. */
export interface StoreReport {
  readonly inserted: number;
  /** Were there before: a pack that was delivered again. */
  readonly repeated: number;
  /** Refused by the database one by one, and kept in `journal_rejects`. */
  readonly rejected: number;
}

export interface MaintenanceOptions {
  readonly nowMs: number;
  /** Days of acceptance that are kept, today included. */
  readonly retentionDays: number;
  /**
   * Called with each day before it is dropped, and again when rows may have come meanwhile; the day stays when it rejects, and the others
   * are dropped all the same. @defaultValue days are dropped at once
   */
  readonly archive?: (day: string) => Promise<void>;
}

export interface MaintenanceReport {
  /** Days that were dropped, as `2026-11-21`. */
  readonly dropped: readonly string[];
}

/** Whom to forget. */
export interface ForgetOptions {
  readonly workspace: string;
  /** Identities as they are kept (hashed where persons are hashed); `anonymous:…` is an anonymous id. */
  readonly persons: readonly string[];
  /** `payloads`: rows stay as evidence without content. `rows`: nothing is left but the proof. */
  readonly what: 'payloads' | 'rows';
  /** Only what was accepted up to then, in ms. */
  readonly acceptedUntilMs: number;
  readonly nowMs: number;
  /** It was done before, and is only done again for rows that came late: no proof where there are none. @defaultValue false */
  readonly isRepeat?: boolean;
  /** Whether there is an archive that has to forget them, too; who, and what is tied to them, is kept until it has. @defaultValue false */
  readonly alsoArchived?: boolean;
}

export interface ForgetReport {
  /** Rows that were changed or deleted. */
  readonly rows: number;
}

/**
 * Where rows are kept. All methods may be called again after they failed, and then do the same.
 *
 * @throws JournalUnavailableError when the database is away; nothing was kept then
 */
export interface JournalStore {
  /** Connects, brings the schema up to date, and makes the days that come. */
  start(): Promise<void>;
  /** Keeps rows; those that it has are not kept twice. Roll-ups count what was inserted, in the same transaction. */
  write(rows: readonly StoredRow[]): Promise<StoreReport>;
  /** Makes days ahead and drops old ones. Only one process does it at a time. */
  maintain(options: MaintenanceOptions): Promise<MaintenanceReport>;
  /** Forgets persons and what is tied to them, and leaves a proof. */
  forget(options: ForgetOptions): Promise<ForgetReport>;
  stop(): Promise<void>;
}

/** The database can't be reached or can't take anything now; the rows are still the caller's. */
export class JournalUnavailableError extends Error {
  readonly code = 'JOURNAL_UNAVAILABLE';

  constructor(cause: unknown) {
    super(`expected the journal's database to take rows, got: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
    this.name = 'JournalUnavailableError';
  }
}
