import { PUSH_LUA } from '@cio-fleet/contracts';

/**
 * Settles head and followers after the send, all or nothing: trims the followers, pushes what moves on, changes the holds
 * and the ledger, and marks the head settled. A head that starts settled completes unsent, and that is the only way a head
 * completes: so delivery and bookkeeping can't come apart, not even when Redis comes back older.
 *
 * PEXPIRE comes first among the writes: under OOM Redis refuses a script whose first write needs memory, but lets one that has
 * begun go on. Without it a delivered head would be sent for ever.
 *
 * KEYS 1 source's key prefix · 2 held · 3 ledger · 4 waiting · 5 dead-letter reasons · 6 parked · 7 counts of the brakes ·
 *      8 shelf
 * ARGV, each list after its length:
 *   1 head id · 2 token · 3 nonce ('' = no begin) · 4 lock ms · 5 completed jobs kept · 6 source queue name ·
 *   7 '1' when the source counts as waiting · 8 settled progress (JSON) · 9 bytes of data above which a settled job drops it (0: and why it failed) ·
 *   10 operations of the head · 11 turn of parked by which it parks ('' = parks nothing) ·
 *   followers: id, operations · pushes: key prefix, queue name, '1' = counts as waiting, id, name, data, opts, operations ·
 *   held: lane key, delta · ledger: field, delta · reasons: code, delta · parked: field, delta · brakes: id, delta ·
 *   released claims: key, operation id
 * Answers 'ok' | 'done' (it was settled before) | 'changed' (the queue is not what was read) | 'stale'.
 */
export const FINISH_LUA = `${PUSH_LUA}
local source = KEYS[1]
local head = source .. ARGV[1]
if redis.call('GET', head .. ':lock') ~= ARGV[2] then return 'stale' end
if redis.call('HEXISTS', head, 'cio:s') == 1 then return 'done' end
if ARGV[3] ~= '' and redis.call('HGET', head, 'cio:b') ~= ARGV[3] then return 'changed' end
if ARGV[11] ~= '' and (redis.call('HGET', KEYS[8], 'turn') or '0') ~= ARGV[11] then return 'changed' end

local at = 12
local function list(width)
  local n = tonumber(ARGV[at])
  local from = at + 1
  at = from + n * width
  return n, from
end

local followers, firstFollower = list(2)
if followers > 0 then
  local tail = redis.call('LRANGE', source .. 'wait', -followers, -1)
  if #tail ~= followers then return 'changed' end
  for i = 1, followers do
    if tail[followers + 1 - i] ~= ARGV[firstFollower + (i - 1) * 2] then return 'changed' end
  end
end

redis.call('PEXPIRE', head .. ':lock', ARGV[4])

local countedOperations, countedBytes, uncounted = 0, 0, 0
local function countOff(key, operations)
  local counted = redis.call('HGET', key, 'cio:n')
  if counted then
    countedOperations = countedOperations + counted
    countedBytes = countedBytes + redis.call('HSTRLEN', key, 'data')
  else
    uncounted = uncounted + operations
  end
end

-- Nobody reads what is settled, and a hundred such jobs of each lane are kept for Bull Board.
local function dropLargeData(key, operations)
  if tonumber(ARGV[9]) == 0 then redis.call('HDEL', key, 'failedReason', 'stacktrace') end
  if redis.call('HSTRLEN', key, 'data') > tonumber(ARGV[9]) then
    redis.call('HSET', key, 'data', '{"settled":' .. operations .. '}')
  end
end

countOff(head, tonumber(ARGV[10]))
if followers > 0 then
  local keep = tonumber(ARGV[5])
  local completed = source .. 'completed'
  local now = nowMs()
  redis.call('LTRIM', source .. 'wait', 0, -followers - 1)
  for i = 1, followers do
    local id = ARGV[firstFollower + (i - 1) * 2]
    local key = source .. id
    local operations = ARGV[firstFollower + (i - 1) * 2 + 1]
    countOff(key, tonumber(operations))
    if i > followers - keep then
      dropLargeData(key, operations)
      redis.call('ZADD', completed, now, id)
      redis.call('HSET', key, 'returnvalue', '"with ' .. ARGV[1] .. '"', 'processedOn', now, 'finishedOn', now,
        'ats', 1, 'atm', 1)
    else
      redis.call('DEL', key, key .. ':logs')
    end
  end
  local old = redis.call('ZRANGE', completed, 0, -keep - 1)
  for i = 1, #old do redis.call('DEL', source .. old[i], source .. old[i] .. ':logs') end
  if #old > 0 then redis.call('ZREMRANGEBYRANK', completed, 0, -keep - 1) end
end
if ARGV[7] == '1' then
  -- Minus zero is no integer to Redis: a head that nobody counted would fail here, half settled.
  redis.call('HINCRBY', KEYS[4], ARGV[6] .. ':operations', 0 - countedOperations)
  redis.call('HINCRBY', KEYS[4], ARGV[6] .. ':bytes', 0 - countedBytes)
  -- A job that was not enqueued by our script (added by hand, say) is accepted now, so that the ledger still balances.
  if uncounted > 0 then redis.call('HINCRBY', KEYS[3], 'accepted', uncounted) end
end

local pushes, firstPush = list(8)
for i = 1, pushes do
  local p = firstPush + (i - 1) * 8
  local waitingKey = nil
  if ARGV[p + 2] == '1' then waitingKey = KEYS[4] end
  push(ARGV[p], ARGV[p + 1], waitingKey,
    {id = ARGV[p + 3], name = ARGV[p + 4], data = ARGV[p + 5], opts = ARGV[p + 6], n = ARGV[p + 7]})
end

local function add(hash, dropAtZero)
  local n, from = list(2)
  for i = 1, n do
    local field = ARGV[from + (i - 1) * 2]
    local value = redis.call('HINCRBY', hash, field, ARGV[from + (i - 1) * 2 + 1])
    if dropAtZero and value <= 0 then redis.call('HDEL', hash, field) end
  end
end
add(KEYS[2], true)
add(KEYS[3], false)
add(KEYS[5], true)
add(KEYS[6], true)
add(KEYS[7], false)
local claims, firstClaim = list(2)
for i = 1, claims do
  local claim = firstClaim + (i - 1) * 2
  if redis.call('GET', ARGV[claim]) == ARGV[claim + 1] then redis.call('DEL', ARGV[claim]) end
end

redis.call('HSET', head, 'cio:s', 1, 'progress', ARGV[8])
dropLargeData(head, ARGV[10])
return 'ok'
`;
