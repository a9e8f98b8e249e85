import { journalQueueName, queueKeyPrefix } from '@cio-fleet/contracts';
import type { Redis } from 'ioredis';

/** How long the oldest pack has waited to be written, in ms; `null` where none waits. */
export async function readOldestPackMs(redis: Redis, workspace: string, nowMs: number): Promise<number | null> {
  const prefix = queueKeyPrefix(workspace, journalQueueName(workspace));
  const replies = await redis
    .pipeline()
    .lrange(`${prefix}wait`, -1, -1)
    .lrange(`${prefix}active`, 0, -1)
    .zrange(`${prefix}delayed`, '0', '0')
    .exec();
  // Ids of packs are ULIDs: the smallest is the oldest.
  const waiting = (replies ?? []).flatMap(([, ids]) => (Array.isArray(ids) ? (ids as string[]) : []));
  const [oldest] = waiting.sort();
  if (oldest === undefined) return null;
  const pushedAt = await redis.hget(`${prefix}${oldest}`, 'timestamp');
  return pushedAt === null ? null : Math.max(0, nowMs - Number(pushedAt)); // written meanwhile
}
