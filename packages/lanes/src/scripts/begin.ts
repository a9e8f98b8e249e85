/**
 * Marks this run of the head with a nonce and reads, in the same step, which of its persons are held and which were erased.
 * `finish` compares the nonce: a Redis that came back older has lost it, and with it what `held` said.
 *
 * KEYS 1 queue's key prefix · 2 held · 3 erasures · 4 waiting
 * ARGV 1 head id · 2 token · 3 nonce · 4 queue name · 5 number of lane keys n · 6.. n lane keys, then n erasure keys
 * Answers 'stale' or {held counts, erasure marks, erasures counter, bytes waiting}.
 */
export const BEGIN_LUA = `
local head = KEYS[1] .. ARGV[1]
if redis.call('GET', head .. ':lock') ~= ARGV[2] then return 'stale' end
redis.call('HSET', head, 'cio:b', ARGV[3])
local n = tonumber(ARGV[5])
local held, marks = {}, {}
for i = 1, n do
  held[i] = redis.call('HGET', KEYS[2], ARGV[5 + i])
  marks[i] = redis.call('GET', ARGV[5 + n + i])
end
return {held, marks, redis.call('GET', KEYS[3]) or '0', redis.call('HGET', KEYS[4], ARGV[4] .. ':bytes') or '0'}
`;
