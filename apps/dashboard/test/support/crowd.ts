import { queueKeyPrefix, workspaceKeys } from '@cio-fleet/contracts';
import { appendOutcomes } from '@cio-fleet/lanes';
import type { Redis } from 'ioredis';
import { ulid } from './seed-fleet.ts';

/** Dead letters at rest, written as a dead-letter queue has them: thousands in a moment. */
export async function crowdDeadLetters(redis: Redis, workspace: string, from: number, to: number): Promise<void> {
  const prefix = queueKeyPrefix(workspace, `${workspace}.dead-letter`);
  for (let start = from; start < to; start += 1_000) {
    const pipeline = redis.pipeline();
    for (let n = start; n < Math.min(to, start + 1_000); n += 1) {
      const op = { type: 'person', identifiers: { id: `p${n % 500}` }, action: 'event', name: 'bought' };
      const data = {
        ...{ v: 1, operations: [{ id: ulid(n), at: Date.now(), source: 'shop', op }], deadLetteredAt: Date.now() },
        reason: { code: 'REJECTED', message: `attribute ${n} is wrong`, status: 400 },
      };
      pipeline.hset(`${prefix}${ulid(n)}-0`, {
        ...{ name: 'track', data: JSON.stringify(data), timestamp: Date.now(), failedReason: 'wrong' },
      });
      pipeline.zadd(`${prefix}failed`, Date.now(), `${ulid(n)}-0`);
    }
    await pipeline.exec();
  }
  await redis.hset(workspaceKeys(workspace).ledger, { accepted: to, 'dead-lettered': to });
}

/** A full audit log, and a full live tail. */
export async function crowdStreams(redis: Redis, workspace: string, count: number): Promise<void> {
  for (let start = 0; start < count; start += 1_000) {
    const pipeline = redis.pipeline();
    for (let n = 0; n < 1_000; n += 1) {
      pipeline.xadd(workspaceKeys(workspace).audit, '*', 'user', 'otto', 'action', 'pause', 'result', 'ok');
    }
    await pipeline.exec();
    await appendOutcomes(
      redis,
      workspace,
      Array.from({ length: 1_000 }, (_, n) => ({
        ...{ time: Date.now(), outcome: 'delivered', operationId: ulid(n), action: 'track', person: `id:p${n}` },
        ...{ source: 'shop', queuedMs: n },
      })),
    );
  }
}
