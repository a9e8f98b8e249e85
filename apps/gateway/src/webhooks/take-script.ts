import { createHash } from 'node:crypto';
import { PUSH_LUA } from '@cio-fleet/contracts';
import type { Redis } from 'ioredis';

/**
 * Takes reporting webhooks of one workspace: for each the mark by which a repeat is known, its job for consumers, and its job for
 * the forward URL, in one step. So a mark never stands without the jobs, and whatever is asked again after a lost answer changes
 * nothing.
 *
 * KEYS 1 prefix of webhooks · 2 prefix of webhook-forward
 * ARGV 1 name of webhooks · 2 name of webhook-forward · 3 TTL of marks in s · 4 most jobs that may wait in webhooks ·
 *      5 the same of webhook-forward, or -1: nothing is forwarded · 6 opts of webhooks · 7 opts of webhook-forward ·
 *      8.. six for each webhook: key of its mark, field of its mark, job id, job name, data, data of the forward job
 *
 * Answers for each: 'taken' | 'repeat' | 'unqueued' (taken, but consumers' queue is full) | 'full' (not taken: the receiver of the
 * forward URL is too far behind).
 */
const TAKE_LUA = `${PUSH_LUA}
local function waiting(prefix)
  return redis.call('LLEN', prefix .. 'wait') + redis.call('ZCARD', prefix .. 'delayed')
end
local forwards = tonumber(ARGV[5]) >= 0
local roomHere = tonumber(ARGV[4]) - waiting(KEYS[1])
local roomThere = forwards and tonumber(ARGV[5]) - waiting(KEYS[2]) or 0
local answers = {}
for i = 8, #ARGV, 6 do
  local mark, field, ttl = ARGV[i], ARGV[i + 1], ARGV[3]
  local isNew
  if forwards and roomThere <= 0 then
    local seen = field == '' and redis.call('EXISTS', mark) or redis.call('HEXISTS', mark, field)
    answers[#answers + 1] = seen == 1 and 'repeat' or 'full'
  else
    if field == '' then
      isNew = redis.call('SET', mark, '1', 'NX', 'EX', ttl)
    else
      isNew = redis.call('HSETNX', mark, field, '') == 1
      if isNew then redis.call('EXPIRE', mark, ttl) end
    end
    if not isNew then
      answers[#answers + 1] = 'repeat'
    else
      local job = {id = ARGV[i + 2], name = ARGV[i + 3], data = ARGV[i + 4], opts = ARGV[6], n = 1}
      if roomHere > 0 then
        roomHere = roomHere - push(KEYS[1], ARGV[1], nil, job)
        answers[#answers + 1] = 'taken'
      else
        answers[#answers + 1] = 'unqueued'
      end
      if forwards then
        job.data, job.opts = ARGV[i + 5], ARGV[7]
        roomThere = roomThere - push(KEYS[2], ARGV[2], nil, job)
      end
    end
  end
end
return answers
`;

const SHA = createHash('sha1').update(TAKE_LUA).digest('hex');

/** What became of one webhook. */
export type Taken = 'taken' | 'repeat' | 'unqueued' | 'full';

/** Sends the script by its hash, and whole where Redis doesn't know it (a restart forgets scripts). */
export async function runTakeScript(
  redis: Redis,
  keys: readonly string[],
  args: readonly (string | number)[],
): Promise<readonly Taken[]> {
  try {
    return (await redis.evalsha(SHA, keys.length, ...keys, ...args)) as Taken[];
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
    return (await redis.eval(TAKE_LUA, keys.length, ...keys, ...args)) as Taken[];
  }
}
