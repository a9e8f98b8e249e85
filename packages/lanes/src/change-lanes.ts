import { workspaceKeys } from '@cio-fleet/contracts';
import type { Redis } from 'ioredis';
import { laneAddress } from './queue-address.ts';
import { redisScript } from './redis-script.ts';

/**
 * Changes the number of lanes if every lane is empty, in one step.
 *
 * KEYS 1 lanes · 2 next lanes · 3 most lanes, then of each lane: wait, active · ARGV 1 the number
 * Answers 'changed' | 'expired' (somebody else's change, or ours took too long) | how many jobs still are in the lanes.
 */
const COMMIT_LUA = `
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 'expired' end
local jobs = 0
for i = 4, #KEYS do jobs = jobs + redis.call('LLEN', KEYS[i]) end
if jobs > 0 then return tostring(jobs) end
local before = tonumber(redis.call('GET', KEYS[1]) or 0)
local most = tonumber(redis.call('GET', KEYS[3]) or 0)
redis.call('SET', KEYS[1], ARGV[1])
redis.call('SET', KEYS[3], math.max(before, most, tonumber(ARGV[1])))
redis.call('DEL', KEYS[2])
return 'changed'
`;

const commitScript = redisScript(COMMIT_LUA);

/** Ends our own announcement. KEYS 1 next lanes · ARGV 1 the number */
const withdrawScript = redisScript(
  `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`,
);

export interface ChangeLanesOptions {
  readonly redis: Redis;
  readonly workspace: string;
  readonly lanes: number;
  /** How long producers may be made to wait, in ms; then everything stays as it was. @defaultValue 30_000 */
  readonly timeoutMs?: number;
  /** Called with the number of jobs that the lanes still hold. */
  readonly onWaiting?: (jobs: number) => void;
}

/**
 * `changed`; `same`: it was that number already; `busy`: another change is under way; `timeout`: the lanes did not become empty
 * in time, and nothing was changed.
 */
export type ChangeLanesResult =
  | { readonly kind: 'changed' | 'same'; readonly before: number }
  | { readonly kind: 'busy' }
  | { readonly kind: 'timeout'; readonly jobs: number };

const POLL_MS = 50;

/**
 * Changes the number of lanes of a workspace without loss or disorder. A person's lane depends on the number, so operations
 * of both numbers must never wait at the same time: nothing is accepted until every lane is empty (producers keep what they
 * have and try again), then the number changes in one step. Lanes empty within moments also in an outage, for what can't be
 * delivered moves to fallback, where order goes by person. If our process dies, the announcement runs out by itself.
 */
export async function changeLanes(options: ChangeLanesOptions): Promise<ChangeLanesResult> {
  const { redis, workspace, lanes, timeoutMs = 30_000, onWaiting } = options;
  const keys = workspaceKeys(workspace);
  const [current, most] = await redis.mget(keys.lanes, keys.mostLanes);
  const before = Number(current ?? 0);
  if (before === lanes) return { kind: 'same', before };
  const announced = await redis.set(keys.nextLanes, lanes, 'PX', timeoutMs + 1000, 'NX');
  if (announced === null) return { kind: 'busy' };

  const queues = Array.from({ length: Math.max(before, Number(most ?? 0)) }, (_, index) =>
    laneAddress(workspace, index),
  );
  const scriptKeys = [
    ...[keys.lanes, keys.nextLanes, keys.mostLanes],
    ...queues.flatMap(({ keyPrefix }) => [`${keyPrefix}wait`, `${keyPrefix}active`]),
  ];
  const deadlineMs = performance.now() + timeoutMs;
  let jobs = 0;
  try {
    while (performance.now() < deadlineMs) {
      const reply = await commitScript.run(redis, scriptKeys, [lanes]);
      if (reply === 'changed') return { kind: 'changed', before };
      if (reply === 'expired') break;
      jobs = Number(reply);
      onWaiting?.(jobs);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    return { kind: 'timeout', jobs };
  } finally {
    await withdrawScript.run(redis, [keys.nextLanes], [lanes]);
  }
}
