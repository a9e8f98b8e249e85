import { heartbeatKey, workspaceKeys } from '@cio-fleet/contracts';
import type { CircuitOverride } from '@cio-fleet/delivery';
import type { Redis } from 'ioredis';
import { HEARTBEAT_TTL_MS, type Heartbeat } from './heartbeat.ts';
import type { QueueAddress } from './queue-address.ts';
import { redisScript } from './redis-script.ts';

/**
 * One beat: puts our heartbeat, drops workers that fell silent, and answers who is alive and how many lanes there are, by
 * Redis's clock, so that hosts with wrong clocks don't matter.
 *
 * KEYS 1 workers · 2 our heartbeat · 3 lanes · 4 circuit override · 5 most lanes · ARGV 1 worker id ('' = only look) · 2 heartbeat JSON with "at":0 · 3 TTL ms · 4 default lanes
 */
const BEAT_LUA = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if ARGV[1] ~= '' then
  redis.call('ZADD', KEYS[1], now, ARGV[1])
  redis.call('SET', KEYS[2], (string.gsub(ARGV[2], '"at":0', '"at":' .. string.format('%d', now), 1)), 'PX', ARGV[3])
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - tonumber(ARGV[3]))
redis.call('SET', KEYS[3], ARGV[4], 'NX')
return {redis.call('ZRANGE', KEYS[1], 0, -1), redis.call('GET', KEYS[3]), redis.call('GET', KEYS[4]), redis.call('GET', KEYS[5]),
  string.format('%d', now)}
`;

const beatScript = redisScript(BEAT_LUA);

export interface Membership {
  /** Ids of the live workers, ours among them. */
  readonly workers: readonly string[];
  readonly lanes: number;
  /** Lanes to consume: a lane of a former, larger number may still get a redriven operation. */
  readonly consumedLanes: number;
  /** What an operator wants of every breaker of the workspace. */
  readonly circuitOverride: CircuitOverride | undefined;
  /** Redis's time at the beat, in ms. */
  readonly redisMs: number;
}

/** Beats once. The first process of a workspace fixes its number of lanes; everyone else adopts it. */
export async function beat(
  redis: Redis,
  workspace: string,
  heartbeat: Heartbeat,
  defaultLanes: number,
): Promise<Membership> {
  const keys = workspaceKeys(workspace);
  const reply = await beatScript.run(
    redis,
    [keys.workers, heartbeatKey(workspace, heartbeat.id), keys.lanes, keys.circuitOverride, keys.mostLanes],
    [heartbeat.id, JSON.stringify({ ...heartbeat, at: 0 }), HEARTBEAT_TTL_MS, defaultLanes],
  );
  const [workers, lanes, override, most, time] = reply as [string[], string, string | null, string | null, string];
  return {
    workers,
    lanes: Number(lanes),
    consumedLanes: Math.max(Number(lanes), Number(most ?? 0)),
    circuitOverride: asOverride(override),
    redisMs: Number(time),
  };
}

/** Gives our share of the lanes back at once. */
export async function leave(redis: Redis, workspace: string, workerId: string): Promise<void> {
  await redis.zrem(workspaceKeys(workspace).workers, workerId);
  await redis.del(heartbeatKey(workspace, workerId));
}

/**
 * Sets global concurrency 1 on these queues. It is the fence that keeps a lane's order, and operators' tools can remove it,
 * so it is asserted again at each beat.
 */
export async function assertFence(redis: Redis, queues: readonly QueueAddress[]): Promise<void> {
  const pipeline = redis.pipeline();
  for (const { keyPrefix } of queues) pipeline.hset(`${keyPrefix}meta`, 'concurrency', 1);
  await pipeline.exec();
}

/** Holds every breaker of a workspace open or closed, or gives them back; workers notice within a second. */
export async function setCircuitOverride(
  redis: Redis,
  workspace: string,
  to: CircuitOverride | undefined,
): Promise<void> {
  const { circuitOverride } = workspaceKeys(workspace);
  if (to === undefined) await redis.del(circuitOverride);
  else await redis.set(circuitOverride, to);
}

/** What an operator wants of every breaker of a workspace; undefined: nothing, they decide by themselves. */
export async function readCircuitOverride(redis: Redis, workspace: string): Promise<CircuitOverride | undefined> {
  return asOverride(await redis.get(workspaceKeys(workspace).circuitOverride));
}

function asOverride(text: string | null): CircuitOverride | undefined {
  return text === 'open' || text === 'closed' ? text : undefined;
}
