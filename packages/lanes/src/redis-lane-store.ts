import { randomUUID } from 'node:crypto';
import { erasureKey, idempotencyClaimKey, ulidTime, workspaceKeys } from '@cio-fleet/contracts';
import type { Redis } from 'ioredis';
import type { Begin, Claim, Finish, FinishReply, LaneStore, Peek, WaitingJob } from './lane-store.ts';
import { NOTHING_PARKED, type ParkedSide, type Parking, shelfOf } from './parking.ts';
import { countsAsWaiting, parkedAddresses, type QueueAddress } from './queue-address.ts';
import { redisScript } from './redis-script.ts';
import { BEGIN_LUA } from './scripts/begin.ts';
import { FINISH_LUA } from './scripts/finish.ts';
import { GUARD_LUA } from './scripts/guard.ts';
import { NOTE_LUA } from './scripts/note.ts';
import { PEEK_LUA } from './scripts/peek.ts';
import { SWEEP_LUA } from './scripts/sweep.ts';
import { withinMs } from './sleep.ts';

const peekScript = redisScript(PEEK_LUA);
const beginScript = redisScript(BEGIN_LUA);
const guardScript = redisScript(GUARD_LUA);
const noteScript = redisScript(NOTE_LUA);
const finishScript = redisScript(FINISH_LUA);
const sweepScript = redisScript(SWEEP_LUA);

/** How many settled jobs each queue keeps for Bull Board. */
const COMPLETED_KEPT = 100;

/** A guard's answer is good for this part of the lock: whoever takes longer to act on it may have lost the lock meanwhile. */
const GUARD_SHARE = 3;

/**
 * Data of a settled job above this is dropped. What waits in a lane may have hundreds of times as much, so it is no burden; a head's
 * would also travel twice more only to be thrown away.
 */
const DATA_KEPT_BYTES = 4_096;

/**
 * How much longer than its window a claim is kept at most, in ms: the repeat's lane may be late. Beyond it a repeat that waited
 * longer is sent.
 */
const CLAIM_SLACK_MS = 3_600_000;

export interface RedisLaneStoreOptions {
  readonly redis: Redis;
  readonly queue: QueueAddress;
  /** BullMQ's lock duration in ms; `finish` renews the lock by it. */
  readonly lockMs: number;
}

/** The lane protocol on Redis for one consumer: one script a step. See docs/architecture.md, "The lane protocol". */
export function createRedisLaneStore({ redis, queue, lockMs }: RedisLaneStoreOptions): LaneStore {
  const keys = workspaceKeys(queue.workspace);
  const prefix = queue.keyPrefix;
  const consumer = randomUUID();
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
        [
          ...[prefix, keys.held, keys.erasures, keys.waiting, keys.brakesVersion, keys.parked, keys.shelf],
          keys.consumers,
        ],
        [
          ...[lease.jobId, lease.token, nonce, queue.name, consumer, laneKeys.length],
          ...[...laneKeys, ...erasureKeys(laneKeys)],
          ...claims.flatMap((claim) => [claimKey(claim), claim.operationId, ...windowOf(claim)]),
        ],
      );
      if (reply === 'stale') return 'stale';
      const [held, marks, version, bytes, owners, brakesVersion, shelf, side0, side1, before] = reply as [
        ...[(string | null)[], (string | null)[], string, string, string[]],
        ...[string, (string | null)[], (string | null)[], (string | null)[], string | null],
      ];
      return {
        isNewConsumer: before !== consumer,
        held: new Set(laneKeys.filter((_, i) => held[i] !== null)),
        erasures: markMap(laneKeys, marks),
        erasuresVersion: version,
        waitingBytes: Number(bytes),
        brakesVersion,
        parking: parkingOf(laneKeys, shelf, [side0, side1]),
        owners: new Map(claims.map(({ operationId }, i) => [operationId, owners[i] ?? operationId])),
      };
    },

    async guard(lease) {
      // Counted from the question: the lock was ours then, and is renewed at half of its time at the latest.
      const goodForMs = lockMs / GUARD_SHARE;
      const goodUntilMs = performance.now() + goodForMs;
      const asked = guardScript.run(
        redis,
        [prefix, keys.erasures, keys.brakesVersion],
        [lease.jobId, lease.token, lease.nonce ?? ''],
      );
      // Whoever asks holds the breaker's trial, and a Redis that is silent says nothing about Customer.io.
      const reply = await withinMs(goodForMs, asked);
      if (reply === undefined || reply === 'stale') return 'stale';
      const [erasuresVersion, brakesVersion] = reply as [string, string];
      return { erasuresVersion, brakesVersion, goodUntilMs };
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
        [
          ...[prefix, keys.held, keys.ledger, keys.waiting, keys.deadLetterReasons],
          ...[keys.parked, keys.brakeCounts, keys.shelf],
        ],
        [
          lease.jobId,
          lease.token,
          finish.nonce ?? '',
          lockMs,
          COMPLETED_KEPT,
          queue.name,
          countsAsWaiting(queue) ? '1' : '0',
          JSON.stringify(finish.progress),
          finish.dropsData === true ? 0 : DATA_KEPT_BYTES,
          finish.headOperations,
          finish.turn ?? '',
          finish.followers.length,
          ...finish.followers.flatMap((follower) => [follower.id, follower.operations]),
          finish.pushes.length,
          ...finish.pushes.flatMap((push) => [
            push.to.keyPrefix,
            push.to.name,
            countsAsWaiting(push.to) ? '1' : '0',
            push.id,
            push.name,
            push.data,
            push.options,
            push.operations,
          ]),
          ...changes(finish.held),
          ...changes(finish.ledger),
          ...changes(finish.deadLetterReasons),
          ...changes(parkedFields(finish)),
          ...changes(finish.braked ?? new Map()),
          finish.releasedClaims?.length ?? 0,
          ...(finish.releasedClaims ?? []).flatMap((claim) => [claimKey(claim), claim.operationId]),
        ],
      );
      return reply as FinishReply;
    },

    async sweep() {
      const [side0, side1] = parkedAddresses(queue.workspace).map(({ keyPrefix }) => keyPrefix) as [string, string];
      const limiters = [`${side0}limiter`, `${side1}limiter`];
      return (await sweepScript.run(redis, [keys.shelf, keys.brakesVersion, side0, side1, ...limiters], [])) as number;
    },
  };
}

function parkingOf(
  laneKeys: readonly string[],
  [turnText, since]: readonly (string | null)[],
  sides: readonly (readonly (string | null)[])[],
): Parking {
  if (sides.every((counts) => counts.length === 0) && !turnText) return NOTHING_PARKED;
  const turn = Number(turnText ?? 0);
  const shelf = shelfOf(turn);
  const personsIn = (side: ParkedSide) => new Set(laneKeys.filter((_, i) => typeof sides[side]?.[i] === 'string'));
  return { turn, sinceMs: Number(since ?? 0), onShelf: personsIn(shelf), inOutlet: personsIn(shelf === 0 ? 1 : 0) };
}

/** The times of the first and last ULID that it is a repeat of, and how long it is kept. */
function windowOf({ atMs, windowMs }: Claim): readonly (string | number)[] {
  return [ulidTime(atMs - windowMs), ulidTime(atMs + windowMs), windowMs + Math.min(windowMs, CLAIM_SLACK_MS)];
}

function parkedFields({ parked }: Finish): Map<string, number> {
  const fields = new Map<string, number>();
  for (const side of [0, 1] as const) {
    for (const [laneKey, delta] of parked?.[side] ?? []) fields.set(`${side}:${laneKey}`, delta);
  }
  return fields;
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
