import { CLOCK_NOISE_MS } from '../erasure.ts';
import { PUSH_LUA } from './push.ts';

/**
 * Accepts one job of operations onto a lane: the job, the ledger's `accepted`, and the erasure marks of its suppress and
 * delete operations, all or nothing.
 *
 * - A write that is sent again after a lost answer, or that lands late from an old connection, is told by its sequence number
 *   and changes nothing: `repeated`.
 * - A producer that still counts another number of lanes is told the right one before anything is written: `lanes`. What an
 *   earlier try has written is told first, or it would be written to another lane again.
 * - An erasure mark is the ULID of its erasure. One that is ahead of Redis's time is that of a wrong clock, and brought back to the
 *   present: it would erase what others accept later. One that is behind stays: it may have waited on a disk for hours, and its producer
 *   has put it right where that knew better.
 * - While the number of lanes is being changed, nothing is accepted: an error `TRYAGAIN`, so that whoever writes waits.
 *
 * KEYS 1 lane's key prefix · 2 lanes · 3 ledger · 4 waiting · 5 erasures · 6 sequence key
 * ARGV 1 queue name · 2 lanes as the producer knows it · 3 sequence · 4 sequence TTL in s · 5 job id · 6 job name · 7 data ·
 *      8 opts · 9 number of operations · 10 erasure TTL in s · 11.. pairs of erasure key and ULID
 *
 * Answers {'ok', now} | {'repeated', now} | {'lanes', n}; `now` is Redis's time in ms, by which producers set their clock.
 */
export const ENQUEUE_LUA = `${PUSH_LUA}
local function ulidTime(ms)
  local digits = {}
  for place = 10, 1, -1 do
    local digit = ms % 32
    digits[place] = string.sub('0123456789ABCDEFGHJKMNPQRSTVWXYZ', digit + 1, digit + 1)
    ms = (ms - digit) / 32
  end
  return table.concat(digits)
end
local last = redis.call('GET', KEYS[6])
if last and tonumber(last) >= tonumber(ARGV[3]) then return {'repeated', nowMs()} end
if redis.call('EXISTS', KEYS[2] .. ':next') == 1 then
  return redis.error_reply('TRYAGAIN the number of lanes is being changed')
end
local lanes = redis.call('GET', KEYS[2])
if not lanes then
  redis.call('SET', KEYS[2], ARGV[2])
elseif lanes ~= ARGV[2] then
  return {'lanes', lanes}
end
local added = push(KEYS[1], ARGV[1], KEYS[4],
  {id = ARGV[5], name = ARGV[6], data = ARGV[7], opts = ARGV[8], n = ARGV[9]})
redis.call('SET', KEYS[6], ARGV[3], 'EX', ARGV[4])
if added == 0 then return {'repeated', nowMs()} end
redis.call('HINCRBY', KEYS[3], 'accepted', ARGV[9])
for i = 11, #ARGV, 2 do
  local ulid = ARGV[i + 1]
  if string.sub(ulid, 1, 10) > ulidTime(nowMs() + ${CLOCK_NOISE_MS}) then ulid = ulidTime(nowMs()) .. string.sub(ulid, 11) end
  local mark = redis.call('GET', ARGV[i])
  if not mark or mark < ulid then
    redis.call('SET', ARGV[i], ulid, 'EX', ARGV[10])
    redis.call('SET', KEYS[5], ulid)
  end
end
return {'ok', nowMs()}
`;

/** How long an erasure mark is kept: longer than any operation can wait. Dead letters are kept 30 days. */
export const ERASURE_TTL_SECONDS = 35 * 24 * 3600;

/** How long a producer run's last sequence number is kept after its last write to a lane. */
export const SEQUENCE_TTL_SECONDS = 7 * 24 * 3600;
