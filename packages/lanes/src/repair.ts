import type { Redis } from 'ioredis';
import type { QueueAddress } from './queue-address.ts';
import { redisScript } from './redis-script.ts';

/**
 * BullMQ parses a job's data before it calls us. Data that is no JSON makes it throw with the job active, and the job stalls
 * and starts for ever. This puts the text into a form that can be parsed, which `processHead` then buries with its text.
 *
 * KEYS 1 queue's key prefix · ARGV 1 id · 2 the data as read · 3 the data to put in its place
 */
const REPLACE_LUA = `
local key = KEYS[1] .. ARGV[1]
if redis.call('HGET', key, 'data') ~= ARGV[2] then return 0 end
redis.call('HSET', key, 'data', ARGV[3])
return 1
`;

const replaceScript = redisScript(REPLACE_LUA);

/** Makes the active job of a queue readable if it has stalled because it isn't. */
export async function repairUnreadableHead(redis: Redis, queue: QueueAddress): Promise<void> {
  const id = await redis.lindex(`${queue.keyPrefix}active`, 0);
  if (id === null || (await redis.hget(`${queue.keyPrefix}${id}`, 'stc')) === null) return;
  const data = await redis.hget(`${queue.keyPrefix}${id}`, 'data');
  if (data === null || isJson(data)) return;
  await replaceScript.run(redis, [queue.keyPrefix], [id, data, JSON.stringify({ unreadable: data })]);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // That is what we came to find out.
    return false;
  }
}
