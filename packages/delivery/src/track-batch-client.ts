import type { Operation } from '@cio-fleet/contracts';
import type { Answer } from './answer.ts';

/** Sends one batch to Customer.io. What went wrong is an answer; it throws only for a mistake of ours. */
export interface TrackBatchClient {
  /** @param signal - aborts the request; the answer is then a failure with code `ABORTED` */
  send(operations: readonly Operation[], signal: AbortSignal): Promise<Answer>;
}
