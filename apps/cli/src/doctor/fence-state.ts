import { allQueues } from '@cio-fleet/lanes';
import type { Redis } from 'ioredis';

/** The fence of one queue: BullMQ's global concurrency, which must be `1`. */
export interface FenceState {
  readonly queue: string;
  readonly concurrency: string | null;
}

/** Reads the fences of every queue that keeps order. */
export async function readFences(redis: Redis, workspace: string, lanes: number): Promise<readonly FenceState[]> {
  return Promise.all(
    allQueues(workspace, lanes).map(async ({ name, keyPrefix }) => ({
      queue: name,
      concurrency: await redis.hget(`${keyPrefix}meta`, 'concurrency'),
    })),
  );
}
