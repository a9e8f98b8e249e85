import type { Redis } from 'ioredis';
import type { QueueAddress } from '../queue-address.ts';
import { roundTrip } from './round-trip.ts';

/** A job can be 256 KB, so few are read at once. */
const READ_AT_ONCE = 25;

/** Data of the jobs of a queue, oldest first, page by page; null for a settled head, which has dropped its data. */
export async function* walkQueue(
  redis: Redis,
  { keyPrefix }: QueueAddress,
): AsyncGenerator<readonly (string | null)[]> {
  const [active, length] = (await roundTrip(redis, [
    ['LRANGE', `${keyPrefix}active`, 0, -1],
    ['LLEN', `${keyPrefix}wait`],
  ])) as [string[], number];
  yield* readPage(redis, keyPrefix, active);
  // From the oldest on: what comes meanwhile shifts nothing. What leaves does, so a few may not be looked at; they have left a
  // moment later.
  for (let from = 0; from < length; from += READ_AT_ONCE) {
    const last = -1 - from;
    const ids = await redis.lrange(`${keyPrefix}wait`, last - READ_AT_ONCE + 1, last);
    if (ids.length === 0) return;
    yield* readPage(redis, keyPrefix, ids);
  }
}

async function* readPage(redis: Redis, keyPrefix: string, ids: readonly string[]) {
  const heads = await roundTrip(
    redis,
    ids.map((id) => ['HMGET', `${keyPrefix}${id}`, 'data', 'cio:s'] as const),
  );
  yield (heads as (string | null)[][]).map(([data, settled]) => (settled === null ? (data ?? null) : null));
}
