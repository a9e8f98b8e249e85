/** Times are kept from 1970 to 2286: as many digits as a bigint of both databases and of JavaScript shares. */
export const MAX_TIME_MS = 9_999_999_999_999;

/** What happened to an operation, or what a row is about. The order is part of the format of stored rows: append only. */
export const JOURNAL_OUTCOMES = [
  'delivered',
  'failed',
  'fell-back',
  'dead-lettered',
  'redriven',
  'deduplicated',
  'erased',
  'discarded',
  'webhook',
  'note',
  'session',
] as const;

/**
 * `failed` is one failed attempt; `webhook` is feedback of Customer.io about a message; `note` and `session` come from the
 * gateway. The others are what became of an operation.
 */
export type JournalOutcome = (typeof JOURNAL_OUTCOMES)[number];

/** One transition in the life of an operation, as the process that settled it knows it. */
export interface JournalRow {
  /** When it happened, in ms since the epoch. */
  readonly time: number;
  /** When the operation was accepted (`at` of the queued operation), in ms. Decides the day that keeps the row. @defaultValue `time` */
  readonly acceptedAt?: number;
  readonly workspace: string;
  /**
   * ULID of the operation; the event id of a webhook; a ULID minted on receipt for a note. Together with outcome and
   * `occurrence` it is what makes a row unique. @defaultValue a fresh ULID
   */
  readonly operationId?: string;
  readonly outcome: JournalOutcome;
  /**
   * Tells rows of one outcome apart. @defaultValue from `redrives`, `lane` and, for a failed attempt, `attempts`: an outcome that
   * is recorded again after a crash meets its own row
   */
  readonly occurrence?: number;
  /** How often the operation was redriven before. @defaultValue 0 */
  readonly redrives?: number;
  /** Lane key of the person, `id:42` or `email:ada@example.com`. An `anonymous_id:` is kept as `anonymousId`. */
  readonly person?: string;
  /** Other lane keys that this row proves to be the same person. */
  readonly aliases?: readonly string[];
  readonly sessionId?: string;
  readonly traceId?: string;
  readonly anonymousId?: string;
  /** The user of a note or session notice. */
  readonly userId?: string;
  /** The terminal of a note or session notice. */
  readonly terminalId?: string;
  /** The component that wrote a note. */
  readonly component?: string;
  /** The service that sent it. */
  readonly source?: string;
  /** The producer's verb, `identify`, `track`, ...; for a webhook its metric. */
  readonly action: string;
  /** Name of the event, page or screen. */
  readonly name?: string;
  readonly attempts?: number;
  /** HTTP status of the answer. */
  readonly status?: number;
  readonly errorCode?: string;
  readonly reason?: string;
  readonly worker?: string;
  /** Number of the lane, or `fallback`. */
  readonly lane?: string | number;
  /** From acceptance to this outcome, in ms. */
  readonly queuedMs?: number;
  /** Key and value of a note. */
  readonly key?: string;
  readonly value?: string;
  /** JSON text, or what can become JSON. Kept as far as the sink's `payload` allows. */
  readonly payload?: unknown;
}

/** A cleaned row, as packs carry it and stores keep it. Absent is null. */
export interface StoredRow {
  readonly time: number;
  readonly acceptedAt: number;
  readonly workspace: string;
  /** As a UUID. */
  readonly operationId: string;
  /** Outcome and occurrence as one number; see `stepOf`. */
  readonly step: number;
  readonly outcome: JournalOutcome;
  readonly person: string | null;
  readonly sessionId: string | null;
  readonly traceId: string | null;
  readonly anonymousId: string | null;
  readonly userId: string | null;
  readonly terminalId: string | null;
  readonly component: string | null;
  readonly source: string | null;
  readonly action: string;
  readonly name: string | null;
  readonly attempts: number | null;
  readonly status: number | null;
  readonly errorCode: string | null;
  readonly reason: string | null;
  /** Group of equal failures; null for what is no failure. */
  readonly fingerprint: string | null;
  readonly worker: string | null;
  readonly lane: string | null;
  readonly queuedMs: number | null;
  readonly key: string | null;
  readonly value: string | null;
  readonly payload: string | null;
  /** Other identities of the person; in the table of identities, not in the row. */
  readonly aliases: readonly string[] | null;
}

/** The fields of a stored row in the order of packs: append only. */
export const STORED_FIELDS = [
  'time',
  'acceptedAt',
  'workspace',
  'operationId',
  'step',
  'outcome',
  'person',
  'sessionId',
  'traceId',
  'anonymousId',
  'userId',
  'terminalId',
  'component',
  'source',
  'action',
  'name',
  'attempts',
  'status',
  'errorCode',
  'reason',
  'fingerprint',
  'worker',
  'lane',
  'queuedMs',
  'key',
  'value',
  'payload',
  'aliases',
] as const satisfies readonly (keyof StoredRow)[];
