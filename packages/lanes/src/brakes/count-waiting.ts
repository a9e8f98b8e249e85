import { setTimeout as delay } from 'node:timers/promises';
import {
  type Brake,
  type BrakeFilter,
  type BrakeKind,
  laneKeyOf,
  matchesBrake,
  readLaneJob,
  workspaceKeys,
} from '@cio-fleet/contracts';
import type { Redis } from 'ioredis';
import { allQueues } from '../queue-address.ts';
import { parseObject } from '../state/loose-json.ts';
import { walkQueue } from '../state/walk-queue.ts';

export interface CountWaitingOptions {
  readonly redis: Redis;
  readonly workspace: string;
  /** What is counted: what such a brake would stop now. */
  readonly kind: BrakeKind;
  readonly filter: BrakeFilter;
  /** Looks at this many operations at most. @defaultValue 1_000_000 */
  readonly mostOperations?: number;
  /** Between two pages, so that Redis has time for the fleet, in ms. @defaultValue 2 */
  readonly pauseMs?: number;
  /** Ends the count; what was counted so far is the answer. */
  readonly signal?: AbortSignal;
}

/** What waits and would be stopped, about: the fleet goes on while it is counted. */
export interface WaitingCount {
  readonly matched: number;
  /** Of how many persons. */
  readonly persons: number;
  /** Operations looked at. */
  readonly looked: number;
  /** Whether all that waits was looked at. */
  readonly complete: boolean;
}

const defaults = { mostOperations: 1_000_000, pauseMs: 2 } as const satisfies Partial<CountWaitingOptions>;

/**
 * Counts what waits in lanes, fallback and parked and is meant by a filter: by pages, never a scan, and nothing is written.
 * Dead letters don't wait.
 */
export async function countWaiting(options: CountWaitingOptions): Promise<WaitingCount> {
  const { redis, workspace, kind, filter, mostOperations, pauseMs, signal } = { ...defaults, ...options };
  const brake: Brake = { id: '', kind, filter, at: 0, by: '' };
  const persons = new Set<string>();
  let matched = 0;
  let looked = 0;
  const keys = workspaceKeys(workspace);
  const lanes = Math.max(...(await redis.mget(keys.lanes, keys.mostLanes)).map(Number));
  for (const queue of allQueues(workspace, lanes).filter(({ role }) => role !== 'dead-letter')) {
    for await (const jobs of walkQueue(redis, queue)) {
      for (const job of jobs) {
        const read = readLaneJob(parseObject(job));
        // A settled head has dropped its data; what nobody can read matches nothing.
        if (read.kind !== 'ok') continue;
        looked += read.operations.length;
        for (const operation of read.operations) {
          if (!matchesBrake(operation, brake, 0)) continue;
          matched += 1;
          persons.add(laneKeyOf(operation.op));
        }
      }
      if (looked >= mostOperations || signal?.aborted)
        return { matched, persons: persons.size, looked, complete: false };
      await delay(pauseMs);
    }
  }
  return { matched, persons: persons.size, looked, complete: true };
}
