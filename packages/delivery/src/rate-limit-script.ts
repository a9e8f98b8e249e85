/**
 * What rate-limiter-flexible runs for us in place of its fixed windows, which would let a second's requests go at its first
 * instant: requests are due evenly, 1 / rate apart (GCRA), and each ask reserves the next due time. So a request asks once,
 * those who wait are served in the order they asked, and while the rate isn't used up nobody waits at all.
 *
 * KEYS 1 when the next request is due, in µs of Redis's clock
 * ARGV 1 requests · 2 how far ahead a time may be reserved, in quarters of a second · 3 rate per second · 4 unused
 *
 * Answers {consumed, ms}: {0, how long to wait before sending}, or {more than any limit, when to ask again}.
 *
 * @see https://github.com/animir/node-rate-limiter-flexible/wiki/Redis#customincrttlluascript
 */
export const RATE_LIMIT_LUA = `
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local due = tonumber(redis.call('GET', KEYS[1]) or '0')
local ahead = due - now
local reservable = ARGV[2] * 250000
if ahead > reservable then
  return {9007199254740991, math.ceil(math.min(ahead - reservable, 250000) / 1000)}
end
-- Unused time of the last 100 ms may be caught up on.
local nextDue = math.max(due, now - 100000) + ARGV[1] * 1000000 / ARGV[3]
redis.call('SET', KEYS[1], string.format('%.0f', nextDue), 'PX', math.ceil(math.max(nextDue - now, 0) / 1000) + 2000)
return {0, math.max(0, math.floor(ahead / 1000))}
`;
