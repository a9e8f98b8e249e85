/**
 * The one check right before each send. After SIGSTOP and SIGCONT a stale processor runs on before BullMQ notices, and no
 * abort signal tells it; only Redis knows that the lock is gone, or that the fence of one active job was removed.
 *
 * KEYS 1 queue's key prefix · 2 erasures · 3 version of the brakes · ARGV 1 head id · 2 token · 3 nonce ('' = no begin)
 * Answers 'stale' or {ULID of the last erasure, ULID of the last change of the brakes} ('0': none yet).
 */
export const GUARD_LUA = `
if redis.call('GET', KEYS[1] .. ARGV[1] .. ':lock') ~= ARGV[2] then return 'stale' end
if ARGV[3] ~= '' and redis.call('HGET', KEYS[1] .. ARGV[1], 'cio:b') ~= ARGV[3] then return 'stale' end
if redis.call('LLEN', KEYS[1] .. 'active') > 1 then return 'stale' end
return {redis.call('GET', KEYS[2]) or '0', redis.call('GET', KEYS[3]) or '0'}
`;
