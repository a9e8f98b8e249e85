import { laneOf, newUlid, sequenceKey } from '@cio-fleet/contracts';
import { scriptArguments } from '../enqueue-write.ts';
import type { LaneSet } from '../lane-set.ts';
import type { RedisClock } from '../redis-clock.ts';
import type { RedisLink } from '../redis-link.ts';
import type { ReplayJob } from './replay-lane.ts';
import type { ReachedIndexes, ReplayAnswer, ReplayTarget } from './replay-target.ts';
import type { SpooledOperation, WriteOrigin } from './spooled-operation.ts';

/** What replays to Redis share with direct writes. */
export interface RedisTargetOptions {
  readonly workspace: string;
  readonly lanes: LaneSet;
  readonly clock: RedisClock;
  readonly redis: RedisLink;
}

/** Replays to the lanes in Redis. */
export class RedisTarget implements ReplayTarget {
  readonly #options: RedisTargetOptions;
  /** How often the number of lanes has changed, by spool, when we looked last. */
  readonly #laneChanges = new Map<string, number>();

  /** By spool, the last record that was stamped before Redis had told its time. */
  readonly #localUntil = new Map<string, number>();

  constructor(options: RedisTargetOptions) {
    this.#options = options;
  }

  /** The records of a spool up to `index` have the local clock's time; on their way to Redis they get Redis's. */
  stampedLocally(spoolId: string, index: number): void {
    this.#localUntil.set(spoolId, index);
  }

  get isUsable(): boolean {
    const { lanes, redis } = this.#options;
    return !lanes.isChanging && redis.isReady && !redis.isFull && !redis.isTight;
  }

  get lanes(): number {
    return this.#options.lanes.count;
  }

  laneOf(operation: SpooledOperation, lanes: number): number {
    return laneOf(operation.laneKey, lanes);
  }

  async reached(spoolId: string): Promise<ReachedIndexes> {
    const { redis, workspace } = this.#options;
    const counts = await redis.connection.endListWith(laneCountsKey(workspace, spoolId), String(this.lanes));
    this.#laneChanges.set(spoolId, counts.length);
    const reached = new Map<number, readonly number[]>();
    for (const count of new Set(counts.map(Number))) {
      const keys = Array.from({ length: count }, (_, lane) => sequenceKey(workspace, lane, spoolRun(spoolId, count)));
      reached.set(count, await redis.connection.numbers(keys));
    }
    return reached;
  }

  async areWritten(origins: readonly WriteOrigin[]): Promise<readonly boolean[]> {
    const { redis, workspace } = this.#options;
    const last = await redis.connection.numbers(origins.map(({ lane, run }) => sequenceKey(workspace, lane, run)));
    return origins.map(({ sequence }, place) => (last[place] ?? 0) >= sequence);
  }

  async write(spoolId: string, lane: number, job: ReplayJob): Promise<ReplayAnswer> {
    const { redis, workspace, lanes, clock } = this.#options;
    const { origin } = job;
    const operations = this.#withRedisTime(spoolId, job.operations);
    redis.noteWrite(operations.reduce((sum, { bytes }) => sum + bytes, 0));
    const run = origin?.run ?? spoolRun(spoolId, lanes.count);
    const sequence = origin?.sequence ?? job.lastIndex;
    const args = scriptArguments({ workspace, lane, lanes: lanes.count, run, sequence, jobId: newUlid(), operations });
    const sentAtMs = performance.now();
    const fence = {
      laneCountsKey: laneCountsKey(workspace, spoolId),
      laneChanges: this.#laneChanges.get(spoolId) ?? 0,
      expected: job.expected,
    };
    const { connection } = redis;
    const answer = origin === undefined ? await connection.replay(args, fence) : await connection.enqueue(args);
    if (answer.kind === 'moved') return { kind: 'moved', reached: answer.reached };
    if (answer.kind === 'taken') {
      clock.observe({ sentAtMs, receivedAtMs: performance.now(), redisMs: answer.redisMs });
      return { kind: 'taken', laneBytes: answer.laneBytes ?? 0 };
    }
    lanes.adopt(answer.lanes);
    return { kind: 'lanes' };
  }

  #withRedisTime(spoolId: string, operations: readonly SpooledOperation[]): readonly SpooledOperation[] {
    const until = this.#localUntil.get(spoolId);
    if (until === undefined) return operations;
    const { correctionMs } = this.#options.clock;
    return operations.map((operation) =>
      operation.index > until ? operation : { ...operation, atMs: operation.atMs + correctionMs },
    );
  }
}

/** What a lane has of a spool is counted apart for each number of lanes: its lane 3 of 8 is not its lane 3 of 16. */
function spoolRun(spoolId: string, lanes: number): string {
  return `${spoolId}-${lanes}`;
}

/** The list of the numbers of lanes under which a spool may have been written, the present one last. */
function laneCountsKey(workspace: string, spoolId: string): string {
  return sequenceKey(workspace, 0, `${spoolId}-lanes`);
}
