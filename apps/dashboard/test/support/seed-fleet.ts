import {
  type DeadLetterJobData,
  deadLetterQueueName,
  heartbeatKey,
  laneQueueName,
  queueKeyPrefix,
  queuePrefix,
  workspaceKeys,
} from '@cio-fleet/contracts';
import { Queue, UnrecoverableError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';

const HEARTBEAT = {
  at: 0,
  startedAt: 0,
  version: '0.1.0',
  pid: 1,
  host: 'worker-a',
  port: 9090,
  lanes: [0, 1, 2, 3],
  fallback: true,
  deadLetter: true,
  quiet: false,
  memoryBytes: 123_000_000,
  eventLoopLagMs: 2,
  circuit: { state: 'CLOSED', since: 0, failureCount: 0, lastFailure: null, lastError: null },
  delivered: 1234,
  requests: 56,
  lastError: null,
};

/** A live worker, as its heartbeat tells. */
export async function seedWorker(redis: Redis, workspace: string, id: string, change: object = {}): Promise<void> {
  const now = Date.now();
  const circuit = { ...HEARTBEAT.circuit, since: now - 600_000 };
  const beat = { ...HEARTBEAT, circuit, at: now, startedAt: now - 3_600_000, id, ...change };
  await redis.zadd(workspaceKeys(workspace).workers, now, id);
  await redis.set(heartbeatKey(workspace, id), JSON.stringify(beat));
}

/** Lanes, with jobs that wait on the first. */
export async function seedLanes(redis: Redis, workspace: string, lanes: number, waiting = 0): Promise<void> {
  await redis.set(workspaceKeys(workspace).lanes, lanes);
  const name = laneQueueName(workspace, 0);
  const queue = new Queue(name, { connection: redis, prefix: queuePrefix(workspace) });
  await queue.setGlobalConcurrency(1);
  await queue.addBulk(
    Array.from({ length: waiting }, (_, index) => {
      const op = { type: 'person', identifiers: { id: String(index) }, action: 'event', name: 'bought' };
      const data = { v: 1, operations: [{ id: ulid(index), at: Date.now(), op }] };
      return { name: 'track', data, opts: { jobId: ulid(index), timestamp: Date.now() - 90_000 } };
    }),
  );
  await redis.hset(workspaceKeys(workspace).waiting, {
    [`${name}:operations`]: waiting,
    [`${name}:bytes`]: waiting * 180,
  });
  await redis.hincrby(workspaceKeys(workspace).ledger, 'accepted', waiting);
  await queue.close();
}

/** A ULID that sorts by `index`. */
export function ulid(index: number): string {
  return `01J${String(index).padStart(23, '0')}`;
}

/** Dead letters at rest: a real worker rejects each, as the dead-letter processor does. */
export async function seedDeadLetters(
  redis: Redis,
  workspace: string,
  count: number,
  reasonOf: (index: number) => { code: string; message: string } = () => ({
    code: 'REJECTED',
    message: 'name is required',
  }),
): Promise<void> {
  const name = deadLetterQueueName(workspace);
  const prefix = queuePrefix(workspace);
  const queue = new Queue(name, { connection: redis, prefix });
  await queue.addBulk(
    Array.from({ length: count }, (_, index) => {
      const op = { type: 'person', identifiers: { id: String(index % 10) }, action: 'event', name: 'bought' } as const;
      const data: DeadLetterJobData = {
        v: 1,
        operations: [{ id: ulid(index), at: Date.now(), op }],
        reason: reasonOf(index),
        deadLetteredAt: Date.now(),
      };
      return { name: 'track', data, opts: { jobId: `${ulid(index)}-0`, attempts: 1 } };
    }),
  );
  const worker = new Worker(
    name,
    async (job) => {
      throw new UnrecoverableError((job.data as DeadLetterJobData).reason.message);
    },
    { connection: redis.duplicate({ maxRetriesPerRequest: null }), prefix },
  );
  const rested = Promise.withResolvers<void>();
  worker.on('failed', async () => {
    if ((await queue.getFailedCount()) === count) rested.resolve();
  });
  if (count > 0) await rested.promise;
  await worker.close();
  await queue.close();
  const keys = workspaceKeys(workspace);
  await redis.hincrby(keys.ledger, 'accepted', count);
  await redis.hincrby(keys.ledger, 'dead-lettered', count);
  for (let index = 0; index < count; index += 1) await redis.hincrby(keys.deadLetterReasons, reasonOf(index).code, 1);
}

/** Ids of the dead letters that were put back, in the order in which they will be processed. */
export async function redrivenIds(redis: Redis, workspace: string): Promise<readonly string[]> {
  const ids = await redis.lrange(`${queueKeyPrefix(workspace, deadLetterQueueName(workspace))}wait`, 0, -1);
  return ids.reverse();
}
