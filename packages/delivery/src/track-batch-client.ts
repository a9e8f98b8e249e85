import type { Operation } from '@cio-fleet/contracts';
import type { Answer } from './answer.ts';

/** Sends one request to Customer.io. What went wrong is an answer; it throws only for a mistake of ours. */
export interface TrackBatchClient {
  /**
   * @param operations - of one route (`routeOf`): a batch, people of a segment, or a single one that only v1 has
   * @param signal - aborts the request; the answer is then a failure with code `ABORTED`
   */
  send(operations: readonly Operation[], signal: AbortSignal): Promise<Answer>;
}
