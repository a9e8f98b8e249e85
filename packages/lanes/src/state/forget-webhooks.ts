import { queueKeyPrefix, webhookForwardQueueName, webhooksQueueName } from '@cio-fleet/contracts';
import type { Redis } from 'ioredis';
import { redisScript } from '../redis-script.ts';
import { personKey } from './person-key.ts';
import { roundTrip } from './round-trip.ts';

/**
 * Removes a job that nobody works on, wherever it waits or rests.
 *
 * KEYS 1 the queue's key prefix · ARGV 1 id of the job
 */
const REMOVE_LUA = `
local removed = 0
for _, list in ipairs({'wait', 'paused'}) do removed = removed + redis.call('LREM', KEYS[1] .. list, 1, ARGV[1]) end
for _, set in ipairs({'delayed', 'prioritized', 'failed', 'completed'}) do removed = removed + redis.call('ZREM', KEYS[1] .. set, ARGV[1]) end
if removed > 0 then redis.call('DEL', KEYS[1] .. ARGV[1], KEYS[1] .. ARGV[1] .. ':logs') end
return removed
`;

const removeScript = redisScript(REMOVE_LUA);
const READ_AT_ONCE = 100;

/**
 * Removes the reporting webhooks about a person that consumers have not taken, and those that are kept for Bull Board. What is
 * being worked on at this moment stays, and goes as usual.
 *
 * @returns how many
 */
export async function forgetWebhooks(redis: Redis, workspace: string, person: string): Promise<number> {
  const laneKey = personKey(person);
  let removed = 0;
  for (const name of [webhooksQueueName(workspace), webhookForwardQueueName(workspace)]) {
    const keyPrefix = queueKeyPrefix(workspace, name);
    const ids = await idsIn(redis, keyPrefix);
    for (let from = 0; from < ids.length; from += READ_AT_ONCE) {
      const some = ids.slice(from, from + READ_AT_ONCE);
      const texts = await roundTrip(
        redis,
        some.map((id) => ['HGET', `${keyPrefix}${id}`, 'data'] as const),
      );
      const theirs = some.filter((_, index) => isAbout(texts[index], laneKey));
      for (const id of theirs) removed += Math.min(1, (await removeScript.run(redis, [keyPrefix], [id])) as number);
    }
  }
  return removed;
}

async function idsIn(redis: Redis, keyPrefix: string): Promise<readonly string[]> {
  const answers = (await roundTrip(redis, [
    ...['wait', 'paused'].map((list) => ['LRANGE', `${keyPrefix}${list}`, 0, -1] as const),
    ...['delayed', 'prioritized', 'failed', 'completed'].map((set) => ['ZRANGE', `${keyPrefix}${set}`, 0, -1] as const),
  ])) as string[][];
  return answers.flat();
}

/** By the identifiers anywhere in it: webhooks change, and a forwarded one is text within text. */
function isAbout(text: unknown, laneKey: string): boolean {
  if (typeof text !== 'string') return false;
  try {
    return identifies(JSON.parse(text), laneKey);
  } catch {
    return false; // no webhook of ours
  }
}

function identifies(value: unknown, laneKey: string): boolean {
  if (typeof value === 'string') return value.startsWith('{') && isAbout(value, laneKey);
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([name, each]) => {
    const key = name === 'customer_id' ? 'id' : name;
    if (['id', 'email', 'cio_id'].includes(key) && typeof each === 'string' && personKey(`${key}:${each}`) === laneKey)
      return true;
    return identifies(each, laneKey);
  });
}
