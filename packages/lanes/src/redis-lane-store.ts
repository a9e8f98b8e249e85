import { erasureKey, idempotencyClaimKey, workspaceKeys } from '@cio-fleet/contracts';
import type { Redis } from 'ioredis';
import type { Begin, Claim, FinishReply, LaneStore, Peek, WaitingJob } from './lane-store.ts';
import type { QueueAddress } from './queue-address.ts';
import { redisScript } from './redis-script.ts';
import { BEGIN_LUA } from './scripts/begin.ts';
import { FINISH_LUA } from './scripts/finish.ts';
import { GUARD_LUA } from './scripts/guard.ts';
import { NOTE_LUA } from './scripts/note.ts';
import { PEEK_LUA } from './scripts/peek.ts';

const peekScript = redisScript(PEEK_LUA);
const beginScript = redisScript(BEGIN_LUA);
const guardScript = redisScript(GUARD_LUA);
const noteScript = redisScript(NOTE_LUA);
const finishScript = redisScript(FINISH_LUA);

/** How many settled jobs each queue keeps for Bull Board. */
const COMPLETED_KEPT = 100;

/** Data of a settled head above this many operations is dropped: it would travel twice more only to be thrown away. */
const SLIM_ABOVE_OPERATIONS = 10;

export interface RedisLaneStoreOptions {
  readonly redis: Redis;
  readonly queue: QueueAddress;
  /** BullMQ's lock duration in ms; `finish` renews the lock by it. */
  readonly lockMs: number;
}

/** The lane protocol on Redis: one script a step. See docs/architecture.md, "The lane protocol". */
export function createRedisLaneStore({ redis, queue, lockMs }: RedisLaneStoreOptions): LaneStore {
  const keys = workspaceKeys(queue.workspace);
  const prefix = queue.keyPrefix;
  const claimKey = (claim: Claim) => idempotencyClaimKey(queue.workspace, claim.laneKey, claim.idempotencyKey);
  const erasureKeys = (laneKeys: readonly string[]) => laneKeys.map((laneKey) => erasureKey(queue.workspace, laneKey));

  return {
    async peek(head, most): Promise<Peek> {
      const reply = await peekScript.run(redis, [prefix], [head, most.jobs, most.bytes]);
      const [headOperations, found] = reply as [string | null, string[]];
      const followers: WaitingJob[] = [];
      for (let i = 0; i < found.length; i += 2) followers.push({ id: found[i] ?? '', data: found[i + 1] ?? '' });
      return { headOperations: headOperations === null ? undefined : Number(headOperations), followers };
    },

    async begin(lease, nonce, laneKeys, claims = []): Promise<Begin | 'stale'> {
      const reply = await beginScript.run(
        redis,
        [prefix, keys.held, keys.erasures, keys.waiting],
        [
          ...[lease.jobId, lease.token, nonce, queue.name, laneKeys.length],
          ...[...laneKeys, ...erasureKeys(laneKeys)],
          ...claims.flatMap((claim) => [claimKey(claim), claim.operationId, claim.windowMs]),
        ],
      );
      if (reply === 'stale') return 'stale';
      const [held, marks, version, bytes, owners] = reply as [
        ...[(string | null)[], (string | null)[], string, string],
        string[],
      ];
      return {
        held: new Set(laneKeys.filter((_, i) => held[i] !== null)),
        erasures: markMap(laneKeys, marks),
        erasuresVersion: version,
        waitingBytes: Number(bytes),
        owners: new Map(claims.map(({ operationId }, i) => [operationId, owners[i] ?? operationId])),
      };
    },

    async guard(lease) {
      const reply = await guardScript.run(
        redis,
        [prefix, keys.erasures],
        [lease.jobId, lease.token, lease.nonce ?? ''],
      );
      return reply === 'stale' ? 'stale' : { erasuresVersion: reply as string };
    },

    async erasures(laneKeys) {
      return laneKeys.length === 0 ? new Map() : markMap(laneKeys, await redis.mget(erasureKeys(laneKeys)));
    },

    async note(lease, progress) {
      const reply = await noteScript.run(
        redis,
        [prefix],
        [lease.jobId, lease.token, lease.nonce ?? '', JSON.stringify(progress)],
      );
      return reply as 'ok' | 'stale';
    },

    async finish(lease, finish): Promise<FinishReply> {
      const reply = await finishScript.run(
        redis,
        [prefix, keys.held, keys.ledger, keys.waiting, keys.deadLetterReasons],
        [
          lease.jobId,
          lease.token,
          finish.nonce ?? '',
          lockMs,
          COMPLETED_KEPT,
          queue.name,
          countsAsWaiting(queue),
          JSON.stringify(finish.progress),
          finish.headOperations > SLIM_ABOVE_OPERATIONS ? JSON.stringify({ settled: finish.headOperations }) : '',
          finish.headOperations,
          finish.followers.length,
          ...finish.followers.flatMap((follower) => [follower.id, follower.operations]),
          finish.pushes.length,
          ...finish.pushes.flatMap((push) => [
            push.to.keyPrefix,
            push.to.name,
            countsAsWaiting(push.to),
            push.id,
            push.name,
            push.data,
            push.options,
            push.operations,
          ]),
          ...changes(finish.held),
          ...changes(finish.ledger),
          ...changes(finish.deadLetterReasons),
          finish.releasedClaims?.length ?? 0,
          ...(finish.releasedClaims ?? []).flatMap((claim) => [claimKey(claim), claim.operationId]),
        ],
      );
      return reply as FinishReply;
    },
  };
}

/** Operations in lanes and fallback wait; a dead letter has reached a final state. */
function countsAsWaiting(queue: QueueAddress): '1' | '0' {
  return queue.role === 'dead-letter' ? '0' : '1';
}

function changes(deltas: ReadonlyMap<string, number>): (string | number)[] {
  const entries = [...deltas].filter(([, delta]) => delta !== 0);
  return [entries.length, ...entries.flat()];
}

function markMap(laneKeys: readonly string[], marks: readonly (string | null)[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const [i, laneKey] of laneKeys.entries()) {
    const mark = marks[i];
    if (typeof mark === 'string') found.set(laneKey, mark);
  }
  return found;
}
