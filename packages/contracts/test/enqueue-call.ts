import {
  ENQUEUE_LUA,
  ERASURE_TTL_SECONDS,
  erasureKey,
  LANE_JOB_OPTIONS,
  laneQueueName,
  queueKeyPrefix,
  SEQUENCE_TTL_SECONDS,
  sequenceKey,
  workspaceKeys,
} from '@cio-fleet/contracts';
import type { Redis } from 'ioredis';

/** One call of the enqueue script. */
export interface EnqueueCall {
  readonly workspace: string;
  readonly lane?: number;
  readonly lanes?: number;
  readonly run?: string;
  readonly sequence?: number;
  readonly jobId: string;
  readonly name?: string;
  readonly data: string;
  readonly operations?: number;
  /** Lane key and ULID of each suppress and delete. */
  readonly erasures?: readonly (readonly [laneKey: string, ulid: string])[];
}

/**
 * Runs the enqueue script with arguments put together by hand. The producer has its own function for that; this one knows
 * nothing of it, so that a test of the script fails when keys or arguments change their places, instead of changing along.
 */
export async function enqueue(redis: Redis, call: EnqueueCall): Promise<[status: string, value: string]> {
  const { workspace, lane = 0, lanes = 8, run = 'run', sequence = 1, jobId, name = 'track', data } = call;
  const queue = laneQueueName(workspace, lane);
  const own = workspaceKeys(workspace);
  const keys = [queueKeyPrefix(workspace, queue), own.lanes, own.ledger, own.waiting, own.erasures];
  const answer = await redis.eval(
    ENQUEUE_LUA,
    6,
    ...keys,
    sequenceKey(workspace, lane, run),
    queue,
    lanes,
    sequence,
    SEQUENCE_TTL_SECONDS,
    jobId,
    name,
    data,
    JSON.stringify(LANE_JOB_OPTIONS),
    call.operations ?? 1,
    ERASURE_TTL_SECONDS,
    ...(call.erasures ?? []).flatMap(([laneKey, ulid]) => [erasureKey(workspace, laneKey), ulid]),
  );
  return answer as [string, string];
}

type Dump = Record<string, unknown>;

/** Everything under a key prefix, with ids of streams left out: they are times. */
export async function dump(redis: Redis, prefix: string): Promise<Dump> {
  const found = await redis.keys(`${prefix.replaceAll(/[[\]*?]/g, String.raw`\$&`)}*`);
  const entries = await Promise.all(
    found.toSorted().map(async (key) => [key.slice(prefix.length), await readKey(redis, key)] as const),
  );
  return Object.fromEntries(entries);
}

async function readKey(redis: Redis, key: string): Promise<unknown> {
  const type = await redis.type(key);
  switch (type) {
    case 'string':
      return redis.get(key);
    case 'list':
      return redis.lrange(key, 0, -1);
    case 'hash':
      return redis.hgetall(key);
    case 'zset':
      return redis.zrange(key, '0', '-1', 'WITHSCORES');
    case 'stream':
      return (await redis.xrange(key, '-', '+')).map(([, fields]) => fields);
    default:
      throw new Error(`expected a type that BullMQ uses, got ${type} at ${key}`);
  }
}
