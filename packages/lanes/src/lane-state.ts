import type { Batch } from './batch.ts';
import type { LanePolicy } from './lane-policy.ts';
import type { Begin } from './lane-store.ts';

/** What a process remembers of a lane from head to head; nothing is lost when it is. */
export interface LaneState {
  /** Customer.io asked us (429) or our setup forces us (401) to send nothing before this time, in ms. 0: free. */
  blockedUntilMs: number;
}

export function createLaneState(): LaneState {
  return { blockedUntilMs: 0 };
}

/** Whether the lane holds more, or waits longer, than it may while it can't send. */
export function isOverflowing(input: {
  readonly batch: Batch;
  readonly begin: Pick<Begin, 'waitingBytes'>;
  readonly policy: LanePolicy;
  readonly nowMs: number;
}): boolean {
  const { batch, begin, policy, nowMs } = input;
  if (begin.waitingBytes > policy.laneMaxBytes) return true;
  const [oldest] = batch.head.operations;
  return oldest !== undefined && nowMs - Math.max(oldest.at, oldest.redrivenAt ?? 0) > policy.laneMaxAgeMs;
}
