import { type Brake, type BrakeFilter, type BrakeKind, newUlid, workspaceKeys } from '@cio-fleet/contracts';
import type { Redis } from 'ioredis';
import { redisScript } from '../redis-script.ts';
import { readBrakes } from './read-brakes.ts';

/** What an operator wants to hold or to discard. */
export interface BrakeOrder {
  readonly kind: BrakeKind;
  readonly filter: BrakeFilter;
  readonly by: string;
  readonly reason?: string;
}

/** Brakes that a workspace has at most: each is asked about every operation. */
export const MAX_BRAKES = 100;

/** How long after the end of what it means a discard lives, in ms: nothing waits longer than 72 h, but for spools. */
const DISCARD_MARGIN_MS = 96 * 3_600_000;

/**
 * A hold only adds to what is held: what is on the shelf stays there, and needs no look.
 * HDEL comes first, for nothing: a Redis without memory lets a script go on whose first write needs none, and a flood is when
 * somebody wants a brake.
 *
 * KEYS 1 brakes · 2 version · 3 shelf · ARGV 1 id · 2 JSON · 3 new version · 4 '1' for a hold · 5 most brakes
 * Answers 1, or 0 when there are too many.
 */
const SET_LUA = `
redis.call('HDEL', KEYS[1], '')
if redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[5]) then return 0 end
if ARGV[4] == '1' and (redis.call('HGET', KEYS[3], 'swept') or '0') == (redis.call('GET', KEYS[2]) or '0') then
  redis.call('HSET', KEYS[3], 'swept', ARGV[3])
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('SET', KEYS[2], ARGV[3])
return 1
`;

/**
 * KEYS 1 brakes · 2 version · 3 counts · ARGV 1 new version · 2.. ids
 * Answers how many there were. The version stays when there were none.
 */
const REMOVE_LUA = `
local removed = 0
for i = 2, #ARGV do
  removed = removed + redis.call('HDEL', KEYS[1], ARGV[i])
  redis.call('HDEL', KEYS[3], ARGV[i])
end
if removed > 0 then redis.call('SET', KEYS[2], ARGV[1]) end
return removed
`;

const setScript = redisScript(SET_LUA);
const removeScript = redisScript(REMOVE_LUA);

/** There are as many brakes as a workspace may have. */
export class TooManyBrakesError extends Error {
  readonly code = 'TOO_MANY_BRAKES';
  constructor() {
    super(`expected fewer than ${MAX_BRAKES} brakes, found as many; release those that are no longer needed`);
    this.name = 'TooManyBrakesError';
  }
}

/**
 * Sets a brake. From here on no batch is begun, and no request of a batch that has begun is sent, with an operation that it
 * means. A discard without an end means what was accepted (or redriven) until now, so that it can't eat tomorrow's traffic.
 *
 * @throws {@link TooManyBrakesError} TOO_MANY_BRAKES
 */
export async function setBrake(redis: Redis, workspace: string, order: BrakeOrder): Promise<Brake> {
  const { brakes } = await readBrakes(redis, workspace);
  const nowMs = await redisTimeMs(redis);
  await removeExpired(redis, workspace, brakes, nowMs);
  const id = newUlid();
  const brake = { ...order, ...(order.kind === 'discard' && boundsOf(order.filter, nowMs)), id, at: nowMs };
  const keys = workspaceKeys(workspace);
  const set = await setScript.run(
    redis,
    [keys.brakes, keys.brakesVersion, keys.shelf],
    [id, JSON.stringify(brake), newUlid(), order.kind === 'hold' ? '1' : '0', MAX_BRAKES],
  );
  if (set !== 1) throw new TooManyBrakesError();
  return brake;
}

/** Releases these brakes; answers how many of them there were. Within seconds what they held is on its way. */
export async function releaseBrakes(redis: Redis, workspace: string, ids: readonly string[]): Promise<number> {
  if (ids.length === 0) return 0;
  const keys = workspaceKeys(workspace);
  return (await removeScript.run(
    redis,
    [keys.brakes, keys.brakesVersion, keys.brakeCounts],
    [newUlid(), ...ids],
  )) as number;
}

function boundsOf(filter: BrakeFilter, nowMs: number): Pick<Brake, 'filter' | 'expiresAt'> {
  // Accepted in this very millisecond is accepted before.
  const until = filter.until ?? nowMs + 1;
  return { filter: { ...filter, until }, expiresAt: Math.max(until, nowMs) + DISCARD_MARGIN_MS };
}

async function removeExpired(redis: Redis, workspace: string, brakes: readonly Brake[], nowMs: number): Promise<void> {
  const expired = brakes.filter(({ expiresAt }) => expiresAt !== undefined && nowMs >= expiresAt);
  await releaseBrakes(
    redis,
    workspace,
    expired.map(({ id }) => id),
  );
}

async function redisTimeMs(redis: Redis): Promise<number> {
  const [seconds, microseconds] = (await redis.time()) as unknown as [string, string];
  return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
}
