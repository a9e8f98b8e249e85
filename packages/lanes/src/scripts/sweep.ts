/**
 * Lets the sides of parked change places, when the brakes have changed since the last time and the outlet is empty. Then the
 * empty outlet becomes the shelf, and everything that was on the shelf is looked at again. Which side is the shelf, and that
 * the outlet is empty, is decided in one step, and by Redis alone: so it doesn't matter who asks, or how late. DEL, which wakes
 * the new outlet, comes first, because a Redis without memory lets a script go on whose first write needs none.
 *
 * KEYS 1 shelf · 2 version of the brakes · 3 key prefix of side 0 · 4 key prefix of side 1 · 5 limiter of side 0 · 6 of side 1
 * Answers the turn, after a change the new one.
 */
export const SWEEP_LUA = `
local version = redis.call('GET', KEYS[2]) or '0'
local shelf = redis.call('HMGET', KEYS[1], 'turn', 'swept')
local turn = tonumber(shelf[1] or 0)
if (shelf[2] or '0') == version then return turn end
local outlet = KEYS[3 + (turn + 1) % 2]
if redis.call('LLEN', outlet .. 'wait') + redis.call('LLEN', outlet .. 'active') > 0 then return turn end
local time = redis.call('TIME')
redis.call('DEL', KEYS[5 + turn % 2])
redis.call('HSET', KEYS[1], 'turn', turn + 1, 'swept', version,
  'since', string.format('%d', time[1] * 1000 + math.floor(time[2] / 1000)))
return turn + 1
`;
