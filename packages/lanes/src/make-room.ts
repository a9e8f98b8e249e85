import { outcomesKey } from '@cio-fleet/contracts';
import type { Redis } from 'ioredis';
import type { QueueAddress } from './queue-address.ts';
import { redisScript } from './redis-script.ts';

/** DEL and XTRIM need no memory, so a Redis at its limit runs them. KEYS 1 a queue's key prefix. */
const forgetSettled = redisScript(`
local completed = KEYS[1] .. 'completed'
for _, id in ipairs(redis.call('ZRANGE', completed, 0, -1)) do
  redis.call('DEL', KEYS[1] .. id, KEYS[1] .. id .. ':logs')
end
redis.call('DEL', completed)
redis.call('XTRIM', KEYS[1] .. 'events', 'MAXLEN', 0)
return 1`);

/**
 * Gives a Redis at `maxmemory` back what is kept for lookers alone: settled jobs, BullMQ's events, the live page's outcomes.
 *
 * There Redis refuses the script by which BullMQ fetches a job, so without this nothing would be delivered any more, and only
 * deliveries make room.
 */
export async function makeRoom(redis: Redis, workspace: string, queues: readonly QueueAddress[]): Promise<void> {
  await redis.xtrim(outcomesKey(workspace), 'MAXLEN', 0);
  await Promise.all(queues.map(({ keyPrefix }) => forgetSettled.run(redis, [keyPrefix], [])));
}
