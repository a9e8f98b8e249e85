import type { EnqueueResult, OperationInput } from '@cio-fleet/producer';
import type { Caller } from '../access/caller.ts';

/** Where all dialects put their operations. */
export interface Intake {
  /**
   * Makes operations durable. They are in the shape of Track API v2 with call options beside their fields, and needn't be valid:
   * what can't be is refused in its result. The results come in order, at the latest when the enqueue time-out has passed;
   * this never rejects.
   */
  accept(caller: Caller, operations: readonly OperationInput[]): Promise<readonly EnqueueResult[]>;
}
