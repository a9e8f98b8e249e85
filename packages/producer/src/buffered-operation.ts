import type { EnqueueResult } from './enqueue-result.ts';

/** An operation that was checked and turned into text, not yet stamped with id and time. */
export interface PreparedOperation {
  /** Decides the lane, `id:42`. */
  readonly laneKey: string;
  /** The producer's verb, which names a job of one. */
  readonly verb: string;
  /** Whether it erases everything accepted earlier for its person. */
  readonly erases: boolean;
  /** Its JSON text after `"id"` and `"at"`: from `"source":…` or `"op":…` to the closing brace. */
  readonly tail: string;
  /** Bytes of its whole JSON text. */
  readonly bytes: number;
}

/** An operation in the buffer: waiting, or in the write that is in flight. */
export interface BufferedOperation extends PreparedOperation {
  /** Counts all operations of this producer, in the order of the calls. */
  readonly number: number;
  /** When it was called, on the monotonic clock. */
  readonly calledAtMs: number;
  /** ULID, minted as late as possible: the first answer of Redis tells its time. */
  id: string | undefined;
  /** By Redis's clock, in ms since the epoch. */
  atMs: number;
  /** Whether `atMs` is Redis's time, not the guess of a host that hasn't heard of it yet. */
  hasRedisTime: boolean;
  /** Answers the caller; gone once the caller was answered. */
  settle: ((result: EnqueueResult) => void) | undefined;
}

/** Bytes that stamping adds to a tail: `{"id":"<26>","at":<13>,`. */
export const STAMP_BYTES = 56;
