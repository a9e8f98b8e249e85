/**
 * Reads the followers: the jobs that wait behind the head, oldest first, as many as fit the batch. Writes nothing.
 *
 * KEYS 1 queue's key prefix · ARGV 1 head id · 2 most jobs · 3 most bytes of data, the head's included
 * Answers {operations counted for the head or false, {id, data, id, data, ...}}.
 */
export const PEEK_LUA = `
local prefix = KEYS[1]
local most = tonumber(ARGV[2])
local room = tonumber(ARGV[3]) - redis.call('HSTRLEN', prefix .. ARGV[1], 'data')
local found = {}
if most > 0 then
  local ids = redis.call('LRANGE', prefix .. 'wait', -most, -1)
  for i = #ids, 1, -1 do
    local key = prefix .. ids[i]
    room = room - redis.call('HSTRLEN', key, 'data')
    if room < 0 then break end
    found[#found + 1] = ids[i]
    found[#found + 1] = redis.call('HGET', key, 'data') or ''
  end
end
return {redis.call('HGET', prefix .. ARGV[1], 'cio:n'), found}
`;
