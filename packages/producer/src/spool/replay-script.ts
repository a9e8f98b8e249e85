import { ENQUEUE_LUA } from '@cio-fleet/contracts';

/**
 * The enqueue script with a fence in front: a job of a spool is taken only where the lane's last index of that spool is the
 * expected one, and only while the number of lanes has not changed since it was packed, not even there and back.
 *
 * A job of direct writes is repeated unchanged, so its number is enough. A spool is packed anew by whoever replays it, and a
 * copy of an older packing may still lie in a socket: without the fence both would be taken where they overlap. It also
 * notices a Redis that came back with less.
 *
 * KEYS and ARGV as ENQUEUE_LUA's, then KEYS 7 the list of the numbers of lanes that the spool was written under, and as the
 * last two of ARGV the expected length of that list and the expected index.
 *
 * Answers what ENQUEUE_LUA answers, with the bytes that wait in the lane behind what was taken, by which the replay is paced; or
 * {'moved', last index, or -1 when the list is another}: nothing was written.
 */
export const REPLAY_LUA = `
local expected = tonumber(table.remove(ARGV))
local changes = tonumber(table.remove(ARGV))
local count = redis.call('GET', KEYS[2])
if count and count ~= ARGV[2] then return {'lanes', count} end
if redis.call('LLEN', KEYS[7]) ~= changes then return {'moved', '-1'} end
local reached = tonumber(redis.call('GET', KEYS[6]) or 0)
if reached ~= expected and reached < tonumber(ARGV[3]) then return {'moved', tostring(reached)} end
local function enqueue()
${ENQUEUE_LUA}
end
local reply = enqueue()
if reply[1] == 'ok' or reply[1] == 'repeated' then
  reply[3] = redis.call('HGET', KEYS[4], ARGV[1] .. ':bytes') or '0'
end
return reply`;
