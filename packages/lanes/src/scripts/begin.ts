/**
 * Marks this run of the head with a nonce and reads, in the same step, which of its persons are held and which were erased.
 * `finish` compares the nonce: a Redis that came back older has lost it, and with it what `held` said.
 * Sent again after a lost reply it answers stale: a Redis that comes back as it was between the two sends would know the nonce,
 * but not what the second send read.
 *
 * KEYS 1 queue's key prefix · 2 held · 3 erasures · 4 waiting · 5 version of the brakes · 6 parked · 7 shelf
 * ARGV 1 head id · 2 token · 3 nonce · 4 queue name · 5 number of lane keys n · 6.. n lane keys, then n erasure keys, then
 *      triples of claim key, operation id and window in ms
 * Answers 'stale' or {held counts, erasure marks, last erasure, bytes waiting, ids that own the claims, version of the brakes,
 * {turn, since} or {}, counts in side 0, counts in side 1}. Without a brake ever set, nothing can be parked and nothing is read.
 *
 * A claim keeps the id of the first operation that carried an idempotency key: a repeat finds another's id, and an operation
 * that is sent again after a crash finds its own.
 */
export const BEGIN_LUA = `
local head = KEYS[1] .. ARGV[1]
if redis.call('GET', head .. ':lock') ~= ARGV[2] then return 'stale' end
if redis.call('HGET', head, 'cio:b') == ARGV[3] then return 'stale' end
redis.call('HSET', head, 'cio:b', ARGV[3])
local n = tonumber(ARGV[5])
local held, marks = {}, {}
for i = 1, n do
  held[i] = redis.call('HGET', KEYS[2], ARGV[5 + i])
  marks[i] = redis.call('GET', ARGV[5 + n + i])
end
local owners = {}
for i = 6 + 2 * n, #ARGV, 3 do
  local owner = redis.call('GET', ARGV[i])
  if not owner then
    owner = ARGV[i + 1]
    redis.call('SET', ARGV[i], owner, 'PX', ARGV[i + 2])
  end
  owners[#owners + 1] = owner
end
local version = redis.call('GET', KEYS[5])
local shelf, first, second = {}, {}, {}
if version then
  shelf = redis.call('HMGET', KEYS[7], 'turn', 'since')
  if redis.call('EXISTS', KEYS[6]) == 1 then
    for i = 1, n do
      local counts = redis.call('HMGET', KEYS[6], '0:' .. ARGV[5 + i], '1:' .. ARGV[5 + i])
      first[i] = counts[1]
      second[i] = counts[2]
    end
  end
end
return {held, marks, redis.call('GET', KEYS[3]) or '0', redis.call('HGET', KEYS[4], ARGV[4] .. ':bytes') or '0',
  owners, version or '0', shelf, first, second}
`;
