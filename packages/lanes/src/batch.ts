import { laneKeyOf, type QueuedOperation, readLaneJob } from '@cio-fleet/contracts';
import type { WaitingJob } from './lane-store.ts';

/** One job of a batch: the head, or a follower. */
export interface BatchJob {
  readonly id: string;
  readonly operations: readonly QueuedOperation[];
}

/** Head and followers, and all their operations in order. */
export interface Batch {
  readonly head: BatchJob;
  readonly followers: readonly BatchJob[];
  readonly operations: readonly QueuedOperation[];
  /** Each person of the batch once. */
  readonly laneKeys: readonly string[];
}

/**
 * Takes followers while they fit. A job that can't be read ends the batch: it will be a head itself, and dealt with there.
 */
export function assembleBatch(head: BatchJob, waiting: readonly WaitingJob[], maxOperations: number): Batch {
  const followers: BatchJob[] = [];
  const operations = [...head.operations];
  for (const job of waiting) {
    const read = readLaneJob(parseJson(job.data));
    if (read.kind !== 'ok' || operations.length + read.operations.length > maxOperations) break;
    followers.push({ id: job.id, operations: read.operations });
    for (const operation of read.operations) operations.push(operation);
  }
  const laneKeys = [...new Set(operations.map(({ op }) => laneKeyOf(op)))];
  return { head, followers, operations, laneKeys };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: readLaneJob calls it unreadable.
    return undefined;
  }
}
