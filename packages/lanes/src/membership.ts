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
 * Workers that an operator told to be quiet are alive and have no share. Such an order is forgotten a day after its worker.
 * The first worker of another version than the last one's is a deploy, and is remembered for the charts.
 *
 * KEYS 1 workers · 2 our heartbeat · 3 lanes · 4 circuit override · 5 most lanes · 6 quiet workers · 7 deploys
 * ARGV 1 worker id ('' = only look) · 2 heartbeat JSON with "at":0 · 3 TTL ms · 4 default lanes · 5 version
 */
const BEAT_LUA = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if ARGV[1] ~= '' then
  if redis.call('ZADD', KEYS[1], now, ARGV[1]) == 1 then
    local last = redis.call('LINDEX', KEYS[7], 0)
    if not last or string.match(last, '^%d+ (.*)$') ~= ARGV[5] then
      redis.call('LPUSH', KEYS[7], string.format('%d ', now) .. ARGV[5])
      redis.call('LTRIM', KEYS[7], 0, 49)
    end
  end
  redis.call('ZADD', KEYS[6], 'XX', now, ARGV[1])
  redis.call('SET', KEYS[2], (string.gsub(ARGV[2], '"at":0', '"at":' .. string.format('%d', now), 1)), 'PX', ARGV[3])
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - tonumber(ARGV[3]))
redis.call('ZREMRANGEBYSCORE', KEYS[6], '-inf', now - 86400000)
redis.call('SET', KEYS[3], ARGV[4], 'NX')
return {redis.call('ZRANGE', KEYS[1], 0, -1), redis.call('GET', KEYS[3]), redis.call('GET', KEYS[4]), redis.call('GET', KEYS[5]),
  string.format('%d', now), redis.call('ZRANGE', KEYS[6], 0, -1)}
`;

const beatScript = redisScript(BEAT_LUA);

export interface Membership {
  /** Ids of the live workers that take work; ours among them, unless it is told to be quiet. */
  readonly workers: readonly string[];
  /** Whether an operator told us to be quiet. */
  readonly isQuiet: boolean;
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
    [
      keys.workers,
      heartbeatKey(workspace, heartbeat.id),
      keys.lanes,
      keys.circuitOverride,
      keys.mostLanes,
      keys.quietWorkers,
      keys.deploys,
    ],
    [heartbeat.id, JSON.stringify({ ...heartbeat, at: 0 }), HEARTBEAT_TTL_MS, defaultLanes, heartbeat.version],
  );
  const [workers, lanes, override, most, time, quiet] = reply as [
    string[],
    string,
    string | null,
    string | null,
    string,
    string[],
  ];
  return {
    workers: workers.filter((worker) => !quiet.includes(worker)),
    isQuiet: quiet.includes(heartbeat.id),
    lanes: Number(lanes),
    consumedLanes: Math.max(Number(lanes), Number(most ?? 0)),
    circuitOverride: asOverride(override),
    redisMs: Number(time),
  };
}

/** Gives our share of the lanes back at once. */
export async function leave(redis: Redis, workspace: string, workerId: string): Promise<void> {
  const keys = workspaceKeys(workspace);
  await redis.zrem(keys.workers, workerId);
  await redis.zrem(keys.quietWorkers, workerId);
  await redis.del(heartbeatKey(workspace, workerId));
}

/**
 * Tells a live worker to be quiet, or to take lanes again; it and the others notice within a second. Quiet, it ends what it
 * works on, its share goes to the others, and it stays alive. The order ends with the worker.
 *
 * @returns false when there is no such live worker
 */
export async function setWorkerQuiet(
  redis: Redis,
  workspace: string,
  workerId: string,
  isQuiet: boolean,
): Promise<boolean> {
  const keys = workspaceKeys(workspace);
  const lastBeat = await redis.zscore(keys.workers, workerId);
  if (lastBeat === null) return false;
  if (isQuiet) await redis.zadd(keys.quietWorkers, lastBeat, workerId);
  else await redis.zrem(keys.quietWorkers, workerId);
  return true;
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
