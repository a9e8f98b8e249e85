import { PUSH_LUA } from './push.ts';

/**
 * Accepts one job of operations onto a lane: the job, the ledger's `accepted`, and the erasure marks of its suppress and
 * delete operations, all or nothing.
 *
 * - A write that is sent again after a lost answer, or that lands late from an old connection, is told by its sequence number
 *   and changes nothing: `repeated`.
 * - A producer that still counts another number of lanes is told the right one before anything is written: `lanes`. What an
 *   earlier try has written is told first, or it would be written to another lane again.
 * - While the number of lanes is being changed, nothing is accepted: an error `TRYAGAIN`, so that whoever writes waits.
 *
 * KEYS 1 lane's key prefix · 2 lanes · 3 ledger · 4 waiting · 5 erasures · 6 sequence key
 * ARGV 1 queue name · 2 lanes as the producer knows it · 3 sequence · 4 sequence TTL in s · 5 job id · 6 job name · 7 data ·
 *      8 opts · 9 number of operations · 10 erasure TTL in s · 11.. pairs of erasure key and ULID
 *
 * Answers {'ok', now} | {'repeated', now} | {'lanes', n}; `now` is Redis's time in ms, by which producers set their clock.
 */
export const ENQUEUE_LUA = `${PUSH_LUA}
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
  local mark = redis.call('GET', ARGV[i])
  if not mark or mark < ARGV[i + 1] then
    redis.call('SET', ARGV[i], ARGV[i + 1], 'EX', ARGV[10])
    redis.call('SET', KEYS[5], ARGV[i + 1])
  end
end
return {'ok', nowMs()}
`;

/** How long an erasure mark is kept: longer than any operation can wait. Dead letters are kept 30 days. */
export const ERASURE_TTL_SECONDS = 35 * 24 * 3600;

/** How long a producer run's last sequence number is kept after its last write to a lane. */
export const SEQUENCE_TTL_SECONDS = 7 * 24 * 3600;
