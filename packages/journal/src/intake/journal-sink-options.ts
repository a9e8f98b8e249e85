import type { Redis } from 'ioredis';
import type { JournalOutcome, JournalRow } from '../row.ts';
import type { PayloadPolicy } from './clean-row.ts';
import type { PersonPrivacy } from './person-privacy.ts';

/** What the journal needs of a logger; pino's satisfies it. */
export interface JournalLogger {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

/** `buffer-full`: memory; `queue-full`: Redis; `unreadable`: its payload can't be written; `stopped`: Redis was away at the end. */
export const DROP_REASONS = ['buffer-full', 'queue-full', 'unreadable', 'stopped'] as const;

export type DropReason = (typeof DROP_REASONS)[number];

/** Rows that the journal will not have. */
export interface Dropped {
  readonly outcome: JournalOutcome;
  readonly reason: DropReason;
  readonly rows: number;
}

/** How rows go to the journal. */
export interface JournalSinkOptions {
  /** Its commands wait for Redis to come back (`purpose: 'worker'`); the sink doesn't close it. */
  readonly redis: Redis;
  readonly workspace: string;
  /**
   * Compressed bytes that may wait in Redis; beyond them packs are dropped and counted, but for rows that erase somebody: those go even so.
   *
   * @defaultValue 256 MiB
   */
  readonly maxQueuedBytes?: number;
  /** Rows that may wait in memory. @defaultValue 50_000 */
  readonly maxBufferedRows?: number;
  /** Bytes of them, about. @defaultValue 64 MiB */
  readonly maxBufferedBytes?: number;
  /** Rows of a pack. @defaultValue 1_000 */
  readonly flushRows?: number;
  /** How long a row waits for others, in ms. @defaultValue 250 */
  readonly flushMs?: number;
  /**
   * Share of one core that packing may take, so that a flood sheds rows instead of slowing delivery. About 15 µs a row.
   * @defaultValue 0.15
   */
  readonly maxCpuShare?: number;
  /** Waited for before each pack of recorded rows, so that they leave time to what matters more. @defaultValue none */
  readonly turn?: () => Promise<void>;
  /** How long `write` waits for Redis, in ms. @defaultValue 5_000 */
  readonly writeTimeoutMs?: number;
  /** @defaultValue 'redacted' */
  readonly payload?: PayloadPolicy;
  /** Fields redacted on top of the usual ones: a name, or a path such as `attributes.plan`. @defaultValue none */
  readonly redact?: readonly string[];
  /** @defaultValue 'plain' */
  readonly person?: PersonPrivacy;
  readonly logger: JournalLogger;
  /** For a counter. Called at once, and must not throw. @defaultValue nobody is told */
  readonly onDropped?: (dropped: Dropped) => void;
}

/** Whether rows are safe in Redis. */
export type WriteResult =
  | { readonly queued: true }
  /** `full`: but for rows that erase somebody, which are queued. `unavailable`: Redis didn't answer in time, though it may still take the rows; a repeat with the same ids is harmless. */
  | { readonly queued: false; readonly reason: 'full' | 'unavailable' | 'unreadable' | 'stopped' };

export interface WriteOptions {
  /**
   * Called once all rows are handed to the connection: what is sent on the same connection after it, Redis does after it. Not
   * called where nothing can be sent.
   *
   * @defaultValue nobody is told
   */
  readonly onSent?: () => void;
}

/** What the sink has done so far. */
export interface JournalSinkStats {
  readonly recorded: number;
  /** Rows that are in Redis, or were. */
  readonly queued: number;
  readonly buffered: number;
  readonly bufferedBytes: number;
  /** Rows by `<outcome>/<reason>`. */
  readonly dropped: Readonly<Record<string, number>>;
}

/** The way into the journal. */
export interface JournalSink {
  /** Takes a row for the journal. Never throws, never waits. */
  record(row: JournalRow): void;
  /** Rows that can be recorded now without another one being dropped for them. */
  room(): number;
  /** Counts rows as dropped that were not even made, because there was no room. */
  shed(outcome: JournalOutcome, rows: number): void;
  /** Resolves when all rows are durable in Redis, or can't be. Never rejects. */
  write(rows: readonly JournalRow[], options?: WriteOptions): Promise<WriteResult>;
  /** Resolves when what was recorded before is in Redis or was dropped. */
  flush(): Promise<void>;
  /** Flushes for at most `timeoutMs`, then drops and counts what is left. Later rows are dropped. */
  stop(options?: { readonly timeoutMs?: number }): Promise<void>;
  stats(): JournalSinkStats;
}

export const JOURNAL_SINK_DEFAULTS = {
  maxQueuedBytes: 256 * 1024 * 1024,
  maxBufferedRows: 50_000,
  maxBufferedBytes: 64 * 1024 * 1024,
  flushRows: 1_000,
  flushMs: 250,
  maxCpuShare: 0.15,
  writeTimeoutMs: 5_000,
  payload: 'redacted',
  redact: [] as readonly string[],
  person: 'plain',
  onDropped: () => undefined,
} satisfies Omit<JournalSinkOptions, 'redis' | 'workspace' | 'logger'>;
