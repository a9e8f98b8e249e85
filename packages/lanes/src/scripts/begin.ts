import { ULID_TIME_LENGTH } from '@cio-fleet/contracts';

/**
 * Marks this run of the head with a nonce and reads, in the same step, which of its persons are held and which were erased.
 * `finish` compares the nonce: a Redis that came back older has lost it, and with it what `held` said.
 * Sent again after a lost reply it answers stale: a Redis that comes back as it was between the two sends would know the nonce,
 * but not what the second send read.
 *
 * KEYS 1 queue's key prefix · 2 held · 3 erasures · 4 waiting · 5 version of the brakes · 6 parked · 7 shelf · 8 consumers
 * ARGV 1 head id · 2 token · 3 nonce · 4 queue name · 5 consumer · 6 number of lane keys n · 7.. n lane keys, then n erasure keys,
 *      then for each claim: key, operation id, times of the first and last ULID of its window, and how long it is kept, in ms
 * Answers 'stale' or {held counts, erasure marks, last erasure, bytes waiting, ids that own the claims, version of the brakes,
 * {turn, since} or {}, counts in side 0, counts in side 1, the consumer before}. Without a brake ever set, nothing can be parked
 * and nothing is read.
 *
 * A claim keeps the id of the first operation that carried an idempotency key: a repeat finds another's id, and an operation
 * that is sent again after a crash finds its own. Whether it is a repeat goes by the times of acceptance, which the ids begin with,
 * however late either of them is sent; an owner that is too old is replaced, one that is too new stays.
 */
export const BEGIN_LUA = `
local head = KEYS[1] .. ARGV[1]
if redis.call('GET', head .. ':lock') ~= ARGV[2] then return 'stale' end
if redis.call('HGET', head, 'cio:b') == ARGV[3] then return 'stale' end
redis.call('HSET', head, 'cio:b', ARGV[3])
local n = tonumber(ARGV[6])
local held, marks = {}, {}
for i = 1, n do
  held[i] = redis.call('HGET', KEYS[2], ARGV[6 + i])
  marks[i] = redis.call('GET', ARGV[6 + n + i])
end
local owners = {}
for i = 7 + 2 * n, #ARGV, 5 do
  local id = ARGV[i + 1]
  local owner = redis.call('GET', ARGV[i])
  if not owner or string.sub(owner, 1, ${ULID_TIME_LENGTH}) < ARGV[i + 2] then
    owner = id
    redis.call('SET', ARGV[i], id, 'PX', ARGV[i + 4])
  elseif string.sub(owner, 1, ${ULID_TIME_LENGTH}) > ARGV[i + 3] then
    owner = id
  end
  owners[#owners + 1] = owner
end
local before = redis.call('HGET', KEYS[8], ARGV[4])
if before ~= ARGV[5] then redis.call('HSET', KEYS[8], ARGV[4], ARGV[5]) end
local version = redis.call('GET', KEYS[5])
local shelf, first, second = {}, {}, {}
if version then
  shelf = redis.call('HMGET', KEYS[7], 'turn', 'since')
  if redis.call('EXISTS', KEYS[6]) == 1 then
    for i = 1, n do
      local counts = redis.call('HMGET', KEYS[6], '0:' .. ARGV[6 + i], '1:' .. ARGV[6 + i])
      first[i] = counts[1]
      second[i] = counts[2]
    end
  end
end
return {held, marks, redis.call('GET', KEYS[3]) or '0', redis.call('HGET', KEYS[4], ARGV[4] .. ':bytes') or '0',
  owners, version or '0', shelf, first, second, before}
`;
