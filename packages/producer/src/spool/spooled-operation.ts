/** The direct write to a lane whose fate was unknown when its operations went to the spool. */
export interface WriteOrigin {
  /** ULID of the producer that wrote. */
  readonly run: string;
  /** The number of that write, of this run and lane. */
  readonly sequence: number;
  readonly lane: number;
  /** The number of lanes that it was written under. */
  readonly lanes: number;
}

/** What the spool is given: an operation with its id and time, as it will travel. */
export interface SpoolableOperation {
  /** Decides the lane, `id:42`. */
  readonly laneKey: string;
  /** The producer's verb, which names a job of one. */
  readonly verb: string;
  /** Whether it erases everything accepted earlier for its person. */
  readonly erases: boolean;
  /** ULID. */
  readonly id: string;
  /** By Redis's clock, in ms since the epoch. */
  readonly atMs: number;
  /** Its JSON text after `"id"` and `"at"`. */
  readonly tail: string;
  /** Bytes of its whole JSON text, or a little more. */
  readonly bytes: number;
  /** Set when it may be in Redis already: then a replay writes it under that number, and Redis tells the repeat. */
  readonly origin: WriteOrigin | undefined;
}

/** A record of the spool: an operation and its place. */
export interface SpooledOperation extends SpoolableOperation {
  /** Counts the records of one spool, from 1. It never goes back; numbers of failed writes are left out. */
  readonly index: number;
}
