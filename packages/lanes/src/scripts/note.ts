/**
 * Records a failed attempt in the head's progress, where Bull Board shows it; only under the lock, and never over a
 * head that is settled already. The progress says what was delivered, so it must not outlive what the run read: in a Redis that
 * came back older, an operation that the run sent may have to follow one that fallback repeats.
 *
 * KEYS 1 queue's key prefix · ARGV 1 head id · 2 token · 3 nonce ('' = no begin) · 4 progress as JSON
 * Answers 'ok' or 'stale'.
 */
export const NOTE_LUA = `
local head = KEYS[1] .. ARGV[1]
if redis.call('GET', head .. ':lock') ~= ARGV[2] then return 'stale' end
if ARGV[3] ~= '' and redis.call('HGET', head, 'cio:b') ~= ARGV[3] then return 'stale' end
if redis.call('HEXISTS', head, 'cio:s') == 1 then return 'stale' end
redis.call('HSET', head, 'progress', ARGV[4])
return 'ok'
`;
