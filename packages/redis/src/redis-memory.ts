import type { Redis } from 'ioredis';
import { parseInfo } from './redis-facts.ts';

/** How full Redis is. */
export interface RedisMemory {
  readonly usedBytes: number;
  /** `maxmemory`; absent where Redis has no bound. */
  readonly maxBytes?: number;
  /** Whether it deletes what it was given to keep when memory runs out. */
  readonly evicts: boolean;
}

/** Reads `INFO memory`. @throws when Redis doesn't answer */
export async function readRedisMemory(redis: Redis): Promise<RedisMemory> {
  const info = parseInfo(await redis.info('memory'));
  const maxBytes = Number(info.get('maxmemory') ?? 0);
  const policy = info.get('maxmemory_policy');
  return {
    usedBytes: Number(info.get('used_memory') ?? 0),
    ...(maxBytes > 0 && { maxBytes }),
    evicts: policy !== undefined && policy !== 'noeviction',
  };
}
