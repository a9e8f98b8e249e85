/**
 * Lua functions that put a job into a BullMQ queue exactly as BullMQ 6.7's own addStandardJob does (checked field by field
 * by a contract test), so that our scripts can push a job and do their bookkeeping in one step.
 *
 * `push(prefix, queueName, waitingKey, job)`: `prefix` is the queue's key prefix, `job` = {id, name, data, opts, n} with `n` the
 * number of operations, kept in a field of our own (`cio:n`), by which the ledger knows the jobs that it has counted. With
 * `waitingKey` nil the job does not count as waiting (a dead letter). Answers 1, or 0 when a job of that id is there already.
 *
 * `nowMs()`: Redis's own time as text, the same throughout a script.
 */
export const PUSH_LUA = `
local startedMs
local function nowMs()
  if not startedMs then
    local time = redis.call('TIME')
    startedMs = string.format('%d', time[1] * 1000 + math.floor(time[2] / 1000))
  end
  return startedMs
end
local function push(prefix, queueName, waitingKey, job)
  local key = prefix .. job.id
  if redis.call('EXISTS', key) == 1 then return 0 end
  redis.call('INCR', prefix .. 'id')
  local meta = prefix .. 'meta'
  local settings = redis.call('HMGET', meta, 'opts.maxLenEvents', 'paused', 'concurrency')
  local maxEvents, paused, concurrency = settings[1], settings[2], settings[3]
  if not maxEvents then
    maxEvents = 10000
    redis.call('HSET', meta, 'opts.maxLenEvents', maxEvents)
  end
  redis.call('HSET', key, 'name', job.name, 'data', job.data, 'opts', job.opts,
    'timestamp', nowMs(), 'delay', 0, 'priority', 0, 'cio:n', job.n)
  local events = prefix .. 'events'
  redis.call('XADD', events, '*', 'event', 'added', 'jobId', job.id, 'name', job.name)
  redis.call('LPUSH', prefix .. 'wait', job.id)
  local blocked = paused or (concurrency and redis.call('LLEN', prefix .. 'active') >= tonumber(concurrency))
  if not blocked then redis.call('ZADD', prefix .. 'marker', 0, '0') end
  redis.call('XADD', events, 'MAXLEN', '~', maxEvents, '*', 'event', 'waiting', 'jobId', job.id)
  if waitingKey then
    redis.call('HINCRBY', waitingKey, queueName .. ':operations', job.n)
    redis.call('HINCRBY', waitingKey, queueName .. ':bytes', #job.data)
  end
  return 1
end
`;
