import { laneKeyOf, personLaneKey, type QueuedOperation, workspaceKeys } from '@cio-fleet/contracts';
import type { Redis } from 'ioredis';
import { allQueues, type QueueAddress } from '../queue-address.ts';
import { redisScript } from '../redis-script.ts';
import { parseObject } from './loose-json.ts';
import { roundTrip } from './round-trip.ts';

/**
 * Takes out of a completed job what it was about. Of any other it takes nothing: its operations are still owed.
 *
 * KEYS 1 completed · 2 the job · ARGV 1 its id · 2 what is left of its data
 */
const FORGET_SETTLED_LUA = `
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 0 end
redis.call('HDEL', KEYS[2], 'failedReason', 'stacktrace', 'progress')
redis.call('HSET', KEYS[2], 'data', ARGV[2])
return 1
`;

const forgetScript = redisScript(FORGET_SETTLED_LUA);

/** Whose operations. */
export interface SettledOf {
  readonly laneKeys: readonly string[];
  /** Sessions of the person: what nobody known did in them is theirs. @defaultValue none */
  readonly sessions?: readonly string[];
}

/**
 * Removes a person's operations from the settled jobs that each queue keeps for Bull Board: about a hundred. A job that others'
 * operations share loses those too; nobody reads it any more.
 *
 * @returns how many jobs
 */
export async function forgetSettled(redis: Redis, workspace: string, whose: SettledOf): Promise<number> {
  const { lanes, mostLanes } = workspaceKeys(workspace);
  const counts = await redis.mget(lanes, mostLanes);
  let forgotten = 0;
  for (const queue of allQueues(workspace, Math.max(...counts.map(Number)))) {
    forgotten += await forgetIn(redis, queue, whose);
  }
  return forgotten;
}

async function forgetIn(redis: Redis, { keyPrefix }: QueueAddress, whose: SettledOf): Promise<number> {
  const ids = await redis.zrange(`${keyPrefix}completed`, '0', '-1');
  const texts = (await roundTrip(
    redis,
    ids.map((id) => ['HGET', `${keyPrefix}${id}`, 'data'] as const),
  )) as (string | null)[];
  let forgotten = 0;
  for (const [index, id] of ids.entries()) {
    const operations = parseObject(texts[index] ?? null)?.operations;
    if (!Array.isArray(operations) || !operations.some((operation) => isOf(operation, whose))) continue;
    const data = JSON.stringify({ settled: operations.length });
    forgotten += (await forgetScript.run(redis, [`${keyPrefix}completed`, `${keyPrefix}${id}`], [id, data])) as number;
  }
  return forgotten;
}

/** Whatever is in a settled job of any version: what can't be read is about nobody. */
function isOf(operation: unknown, { laneKeys, sessions = [] }: SettledOf): boolean {
  try {
    const { op, sessionId } = operation as QueuedOperation;
    const laneKey = laneKeyOf(op);
    if (laneKeys.includes(laneKey)) return true;
    if (op.action === 'merge') return laneKeys.includes(personLaneKey(op.secondary));
    return laneKey.startsWith('anonymous_id:') && sessionId !== undefined && sessions.includes(sessionId);
  } catch {
    return false; // it has no person that a lane could be made of
  }
}
