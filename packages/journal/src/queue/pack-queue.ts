import { journalQueueName, newUlid, PUSH_LUA, queueKeyPrefix, workspaceKeys } from '@cio-fleet/contracts';
import type { Redis } from 'ioredis';
import type { PackData } from './pack.ts';

/**
 * Pushes a pack unless the queue holds `maxBytes`, in one step: the count of bytes is exact, whoever crashes when.
 * `pack id -> bytes` is kept beside the total, so that a repeated push or removal counts once.
 */
const PUSH_PACK_LUA = `${PUSH_LUA}
local id, data, max = ARGV[3], ARGV[4], tonumber(ARGV[7])
if redis.call('HEXISTS', KEYS[1], id) == 1 then return 'queued' end
local bytes = tonumber(redis.call('HGET', KEYS[1], 'bytes') or '0')
if bytes + #data > max then return 'full' end
push(ARGV[1], ARGV[2], nil, {id = id, name = 'pack', data = data, opts = ARGV[5], n = ARGV[6]})
redis.call('HSET', KEYS[1], id, #data)
redis.call('HINCRBY', KEYS[1], 'bytes', #data)
return 'queued'
`;

const SETTLE_PACK_LUA = `
local bytes = redis.call('HGET', KEYS[1], ARGV[1])
if not bytes then return 0 end
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('HINCRBY', KEYS[1], 'bytes', -bytes)
return 1
`;

/** Packs that were removed by hand (Bull Board's clean, obliterate) would count for ever. */
const RECOUNT_LUA = `
local page = redis.call('HSCAN', KEYS[1], ARGV[1], 'COUNT', 500)
for at = 1, #page[2], 2 do
  local id, bytes = page[2][at], page[2][at + 1]
  if id ~= 'bytes' and redis.call('EXISTS', ARGV[2] .. id) == 0 then
    redis.call('HDEL', KEYS[1], id)
    redis.call('HINCRBY', KEYS[1], 'bytes', -bytes)
  end
end
return page[1]
`;

/** A pack fails only when its writer is stopped amid an outage: then it comes back, as often as it takes. */
const PACK_OPTIONS = JSON.stringify({
  attempts: 1_000_000,
  backoff: { type: 'fixed', delay: 1_000 },
  removeOnComplete: true,
  removeOnFail: { count: 100 },
});

/** What the sink needs of the journal's queue. */
export interface PackQueue {
  /**
   * Resolves once the pack is in Redis, or can't go there because the queue is full. The same id counts once.
   *
   * @param mayExceed - whether it goes there even so
   */
  push(id: string, pack: PackData, mayExceed?: boolean): Promise<'queued' | 'full'>;
}

/** What the writer needs of it. */
export interface PackAccount {
  /** To be called when a pack was written, before its job completes. */
  settle(id: string): Promise<void>;
  /** Drops packs from the account that are no longer in the queue. */
  recount(): Promise<void>;
  /** Bytes of all packs in the queue. */
  bytes(): Promise<number>;
}

export interface PackQueueOptions {
  readonly redis: Redis;
  readonly workspace: string;
  /** Bytes of packs that may wait in Redis. */
  readonly maxBytes: number;
}

export function newPackId(): string {
  return newUlid();
}

export function createPackQueue({ redis, workspace, maxBytes }: PackQueueOptions): PackQueue {
  const { queue, keyPrefix, account } = placesOf(workspace);
  return {
    async push(id, pack, mayExceed = false) {
      const data = JSON.stringify(pack);
      const answer = await redis.eval(
        PUSH_PACK_LUA,
        1,
        account,
        keyPrefix,
        queue,
        id,
        data,
        PACK_OPTIONS,
        pack.n,
        mayExceed ? Number.MAX_SAFE_INTEGER : maxBytes,
      );
      return answer === 'full' ? 'full' : 'queued';
    },
  };
}

export function createPackAccount(redis: Redis, workspace: string): PackAccount {
  const { keyPrefix, account } = placesOf(workspace);
  return {
    async settle(id) {
      await redis.eval(SETTLE_PACK_LUA, 1, account, id);
    },
    async recount() {
      let cursor = '0';
      do {
        cursor = String(await redis.eval(RECOUNT_LUA, 1, account, cursor, keyPrefix));
      } while (cursor !== '0');
    },
    async bytes() {
      return Number((await redis.hget(account, 'bytes')) ?? 0);
    },
  };
}

function placesOf(workspace: string) {
  const queue = journalQueueName(workspace);
  return { queue, keyPrefix: queueKeyPrefix(workspace, queue), account: workspaceKeys(workspace).journal };
}
