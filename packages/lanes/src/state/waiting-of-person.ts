import { laneKeyOf, laneOf, type QueuedOperation, readLaneJob, workspaceKeys } from '@cio-fleet/contracts';
import type { Redis } from 'ioredis';
import { fallbackAddress, laneAddress, parkedAddresses } from '../queue-address.ts';
import { parseObject } from './loose-json.ts';
import { personKey } from './person-key.ts';
import { walkQueue } from './walk-queue.ts';

/** An operation that waits, and where. */
export interface WaitingOperation {
  readonly operation: QueuedOperation;
  readonly queue: string;
}

/** What still waits of one person. */
export interface WaitingOfPerson {
  readonly laneKey: string;
  /** Oldest first within each queue. */
  readonly operations: readonly WaitingOperation[];
  /** Operations in fallback that hold the person's later ones. */
  readonly held: number;
  /** Whether all that waits in the person's queues was looked at. */
  readonly isComplete: boolean;
}

export interface WaitingOfPersonOptions {
  readonly redis: Redis;
  readonly workspace: string;
  /** Lane key, or a bare id. */
  readonly person: string;
  /** @defaultValue 100 */
  readonly limit?: number;
  /** Looks at this many operations at most. @defaultValue 20_000 */
  readonly mostOperations?: number;
}

/** Looks for a person in their lane, in fallback and in parked: by pages from the oldest on, never a scan. */
export async function readWaitingOfPerson(options: WaitingOfPersonOptions): Promise<WaitingOfPerson> {
  const { redis, workspace, person, limit = 100, mostOperations = 20_000 } = options;
  const keys = workspaceKeys(workspace);
  const laneKey = personKey(person);
  const [lanes, held] = await Promise.all([redis.get(keys.lanes), redis.hget(keys.held, laneKey)]);
  const queues = [fallbackAddress(workspace), ...parkedAddresses(workspace)];
  if (lanes !== null) queues.unshift(laneAddress(workspace, laneOf(laneKey, Number(lanes))));
  const operations: WaitingOperation[] = [];
  let looked = 0;
  for (const queue of queues) {
    for await (const jobs of walkQueue(redis, queue)) {
      for (const job of jobs) {
        const read = readLaneJob(parseObject(job));
        if (read.kind !== 'ok') continue;
        looked += read.operations.length;
        for (const operation of read.operations) {
          if (laneKeyOf(operation.op) === laneKey) operations.push({ operation, queue: queue.name });
        }
      }
      if (looked >= mostOperations || operations.length >= limit) {
        return { laneKey, operations: operations.slice(0, limit), held: Number(held ?? 0), isComplete: false };
      }
    }
  }
  return { laneKey, operations, held: Number(held ?? 0), isComplete: true };
}
