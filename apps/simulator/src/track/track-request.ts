import type { Operation } from '../operation.ts';
import type { Account } from './credentials.ts';

/** A request to a Track endpoint, read and authenticated as far as it goes. */
export interface TrackRequest {
  readonly method: string;
  /** Path below the host, still percent-encoded, without the query. */
  readonly path: string;
  readonly query: string;
  readonly contentType: string | undefined;
  /** Undefined with bad or missing credentials. */
  readonly account: Account | undefined;
  readonly body: Buffer;
}

/** What the endpoints hand accepted operations to, and which names they must refuse on command. */
export interface Intake {
  /** Applies the operation and counts it. */
  accept(account: Account, operation: Operation): void;
  /** Counts operations that were refused. */
  reject(operations: number): void;
  readonly rejectName: string | undefined;
  readonly poisonName: string | undefined;
}
