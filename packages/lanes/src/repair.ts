import { workspaceKeys } from '@cio-fleet/contracts';
import type { Redis } from 'ioredis';
import { countsAsWaiting, type QueueAddress } from './queue-address.ts';
import { redisScript } from './redis-script.ts';

/**
 * BullMQ parses a job's data before it calls us. Data that is no JSON makes it throw with the job active, and the job stalls
 * and starts for ever. This puts the text into a form that can be parsed, which `processHead` then buries with its text.
 *
 * That form is longer. A counted job that waits is counted by its bytes as they are, so the difference is counted, too.
 *
 * KEYS 1 queue's key prefix · 2 waiting
 * ARGV 1 id · 2 the data as read · 3 the data to put in its place · 4 the field of waiting that counts the queue's bytes ('' = none)
 */
const REPLACE_LUA = `
local key = KEYS[1] .. ARGV[1]
if redis.call('HGET', key, 'data') ~= ARGV[2] then return 0 end
redis.call('HSET', key, 'data', ARGV[3])
if ARGV[4] ~= '' and redis.call('HEXISTS', key, 'cio:n') == 1 then
  redis.call('HINCRBY', KEYS[2], ARGV[4], #ARGV[3] - #ARGV[2])
end
return 1
`;

const replaceScript = redisScript(REPLACE_LUA);

/** Makes the active job of a queue readable if it has stalled because it isn't. */
export async function repairUnreadableHead(redis: Redis, queue: QueueAddress): Promise<void> {
  const id = await redis.lindex(`${queue.keyPrefix}active`, 0);
  if (id === null || (await redis.hget(`${queue.keyPrefix}${id}`, 'stc')) === null) return;
  const data = await redis.hget(`${queue.keyPrefix}${id}`, 'data');
  if (data === null || isJson(data)) return;
  const { waiting } = workspaceKeys(queue.workspace);
  const counter = countsAsWaiting(queue) ? `${queue.name}:bytes` : '';
  await replaceScript.run(redis, [queue.keyPrefix, waiting], [id, data, JSON.stringify({ unreadable: data }), counter]);
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
