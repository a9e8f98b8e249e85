import { ENQUEUE_LUA } from '@cio-fleet/contracts';

/**
 * The enqueue script with a fence in front: a job of a spool is taken only where the lane's last index of that spool is the
 * expected one. The last argument is that index; what comes before it is as in ENQUEUE_LUA.
 *
 * A job of direct writes is repeated unchanged, so its number is enough. A spool is packed anew by whoever replays it, and a
 * copy of an older packing may still lie in a socket: without the fence both would be taken where they overlap. It also
 * notices a Redis that came back with less.
 *
 * Answers what ENQUEUE_LUA answers, or {'moved', last index}: nothing was written.
 */
export const REPLAY_LUA = `
local expected = tonumber(table.remove(ARGV))
local reached = tonumber(redis.call('GET', KEYS[6]) or 0)
if reached ~= expected and reached < tonumber(ARGV[3]) then
  local count = redis.call('GET', KEYS[2])
  if count and count ~= ARGV[2] then return {'lanes', count} end
  return {'moved', tostring(reached)}
end
${ENQUEUE_LUA}`;
