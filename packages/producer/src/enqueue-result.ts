import type { Refusal } from '@cio-fleet/contracts';

/** Why an operation was not accepted, or not yet. */
export interface EnqueueError {
  /** Stable code: one of the producer's own ({@link EnqueueErrorCode}), or the code of a refusal. */
  readonly code: string;
  /** What was expected, what came, what to do. */
  readonly message: string;
  /** Whether the operation is still buffered and will be sent when Redis is back. Absent means no. */
  readonly retained?: boolean;
  /** The field at fault, where the operation itself was refused. */
  readonly refusal?: Refusal;
}

/** `ok: true` means durable: in Redis, or synced to the disk of the spool. A promise of this never rejects. */
export type EnqueueResult = EnqueueAccepted | EnqueueFailed;

export interface EnqueueAccepted {
  readonly ok: true;
  /** ULID of the operation. */
  readonly id: string;
}

export interface EnqueueFailed {
  readonly ok: false;
  /** ULID of the operation, where it got as far as having one. */
  readonly id?: string;
  readonly error: EnqueueError;
}

/** The answer of `flush` and `close`. */
export interface FlushResult {
  /**
   * After `flush`: whether everything called before is in Redis (or was answered with an error). After `close`: whether
   * nothing is lost.
   */
  readonly ok: boolean;
  /** Operations that are still in memory only. After `close` they are lost. */
  readonly pending: number;
  /** With a spool: operations on disk that Redis doesn't have yet. After `close` the next process sends them. */
  readonly spooled?: number;
}

const MESSAGES = {
  ENQUEUE_TIMEOUT:
    'expected Redis to take the operation in time, it did not; the operation stays buffered and is sent when Redis answers',
  BUFFER_FULL:
    'expected room in the buffer, it is full because Redis is away or too slow; try again later, or raise maxBufferedOperations and maxBufferedBytes',
  QUEUE_FULL:
    'expected Redis below 80 % of its memory, it is above; the operation was not taken; start workers or raise maxmemory, then try again',
  SPOOL_FULL:
    'expected room in the spool on disk, there is none; the operation was not taken; bring Redis back, or raise spoolMaxBytes or free the disk',
  SPOOL_LOCKED:
    'expected the folder of the spool for this process alone, another process uses it; give each process a spoolDir of its own',
  SPOOL_UNAVAILABLE:
    'expected to write to the spool, the disk refused; operations wait in memory meanwhile, and it is tried again; check spoolDir and the disk',
  SPOOL_DAMAGED:
    'expected every record of the spool to be readable, some of a file are not and were left out; the file is kept as *.damaged; check the disk',
  REDIS_REFUSED: 'expected Redis to take the operation, it refused for good; see the cause, and check permissions',
  CLOSED: 'expected an open producer, close() was called; the operation was not taken',
  OPERATION_UNREADABLE: 'expected plain data, reading the arguments threw; pass plain objects',
  OPTION_INVALID:
    'expected text of 1 to 256 bytes in source, sessionId, traceId and idempotencyKey, and whole ms from 1000 to 86400000 in idempotencyWindowMs',
} as const;

/** The producer's own codes; refused operations carry the code of their refusal instead. */
export type EnqueueErrorCode = keyof typeof MESSAGES;

/** Every code of the producer's own; each is explained in contracts' table of error codes. */
export const ENQUEUE_ERROR_CODES = Object.keys(MESSAGES) as readonly EnqueueErrorCode[];

/** A failed result. `detail` is added to the message. */
export function failure(
  code: EnqueueErrorCode,
  extra: { readonly id?: string; readonly detail?: string } = {},
): EnqueueFailed {
  const message = extra.detail === undefined ? MESSAGES[code] : `${MESSAGES[code]} (${extra.detail})`;
  const error: EnqueueError = code === 'ENQUEUE_TIMEOUT' ? { code, message, retained: true } : { code, message };
  return extra.id === undefined ? { ok: false, error } : { ok: false, id: extra.id, error };
}

/** A failed result for an operation that the rules of Customer.io (or ours) refuse. */
export function refused(refusal: Refusal): EnqueueFailed {
  return { ok: false, error: { code: refusal.code, message: refusal.message, refusal } };
}
