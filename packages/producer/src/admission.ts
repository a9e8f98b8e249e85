import type { EnqueueErrorCode } from './enqueue-result.ts';

/** What the admission of an operation depends on. */
export interface AdmissionFacts {
  readonly isClosing: boolean;
  /** Whether Redis is too full for more. */
  readonly isRedisFull: boolean;
  /** Whether the operation fits into the buffer. */
  readonly hasRoom: boolean;
  /** Whether so much waits in the buffer that the disk had better take it. */
  readonly isCrowded: boolean;
  /** The spool, where there is one. */
  readonly spool: SpoolFacts | undefined;
}

export interface SpoolFacts {
  /** Why operations can't go to disk; undefined when they can. */
  readonly problemCode: EnqueueErrorCode | undefined;
  /** Whether the operation would have to go to disk, and there is no room for it. */
  readonly isFull: boolean;
}

/** Whether an operation is let into the buffer. */
export interface Admission {
  /** Why not; undefined when it is. */
  readonly refusal: EnqueueErrorCode | undefined;
  /** Whether the spool must take over from Redis. */
  readonly callsForSpool: boolean;
}

/**
 * Decides on one operation. Without a spool what Redis has no room for is turned away at once, so that Redis keeps its reserve;
 * with one it goes to disk.
 */
export function admissionOf({ isClosing, isRedisFull, hasRoom, isCrowded, spool }: AdmissionFacts): Admission {
  if (isClosing) return { refusal: 'CLOSED', callsForSpool: false };
  if (spool === undefined) {
    if (isRedisFull) return { refusal: 'QUEUE_FULL', callsForSpool: false };
    return { refusal: hasRoom ? undefined : 'BUFFER_FULL', callsForSpool: false };
  }
  if (isRedisFull && spool.problemCode !== undefined) return { refusal: spool.problemCode, callsForSpool: false };
  const callsForSpool = isRedisFull || isCrowded;
  if (spool.isFull) return { refusal: 'SPOOL_FULL', callsForSpool };
  return { refusal: hasRoom ? undefined : (spool.problemCode ?? 'BUFFER_FULL'), callsForSpool };
}
