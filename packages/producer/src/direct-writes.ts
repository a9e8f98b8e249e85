import type { BufferedOperation } from './buffered-operation.ts';
import { type EnqueueResult, failure } from './enqueue-result.ts';
import { type EnqueueAnswer, scriptArguments } from './enqueue-write.ts';
import type { JobLimits } from './lane-buffer.ts';
import type { LaneSet } from './lane-set.ts';
import type { LaneWriter } from './lane-writer.ts';
import type { RedisClock } from './redis-clock.ts';
import { type RedisFailure, retryDelayMs } from './redis-failure.ts';
import type { RedisLink } from './redis-link.ts';

/** What direct writes share with the rest of the producer. */
export interface DirectWritesOptions {
  readonly workspace: string;
  /** ULID under which the writes are numbered. */
  readonly run: string;
  readonly jobLimits: JobLimits;
  readonly lanes: LaneSet;
  readonly clock: RedisClock;
  readonly redis: RedisLink;
  /** Whether new jobs may go to Redis, past the spool. */
  readonly mayBegin: () => boolean;
  /** Redis took a job. */
  readonly onTaken: () => void;
  /** Redis refused, or didn't answer. */
  readonly onFailure: (error: unknown) => RedisFailure;
  /** Operations are in Redis, or never will be. */
  readonly leave: (
    operations: readonly BufferedOperation[],
    resultOf: (operation: BufferedOperation) => EnqueueResult,
  ) => void;
  /** Calls `turn` soon. */
  readonly wake: () => void;
}

/** Writes from the lanes in memory straight to Redis: one write per lane in flight, each repeated until its fate is known. */
export class DirectWrites {
  readonly #options: DirectWritesOptions;
  #retry: NodeJS.Timeout | undefined;

  constructor(options: DirectWritesOptions) {
    this.#options = options;
  }

  /** Writes what is due, as one packet. */
  turn(): void {
    const { lanes, redis, wake } = this.#options;
    const nowMs = performance.now();
    let earliestMs = Number.POSITIVE_INFINITY;
    redis.connection.together(() => {
      for (const [lane, writer] of lanes.entries()) {
        if (!this.#mayWrite(writer)) continue;
        if (writer.notBeforeMs > nowMs) earliestMs = Math.min(earliestMs, writer.notBeforeMs);
        else void this.#write(lane, writer);
      }
    });
    clearTimeout(this.#retry);
    if (earliestMs === Number.POSITIVE_INFINITY) return;
    this.#retry = setTimeout(wake, Math.max(1, earliestMs - nowMs));
    this.#retry.unref();
  }

  /** Redis was reached anew: pauses are over. */
  reconnected(): void {
    for (const [, writer] of this.#options.lanes.entries()) writer.notBeforeMs = 0;
  }

  stop(): void {
    clearTimeout(this.#retry);
  }

  #mayWrite(writer: LaneWriter): boolean {
    if (!writer.isDue) return false;
    // While the number of lanes changes only writes of unknown fate go on, to learn it.
    if (this.#options.lanes.isChanging && !writer.isUnknown) return false;
    // Nothing of the lane is in the spool before its current job, but everything is before a new one.
    return this.#options.mayBegin() || writer.current !== undefined;
  }

  async #write(lane: number, writer: LaneWriter): Promise<void> {
    const { workspace, run, jobLimits, lanes, redis, wake } = this.#options;
    const job = writer.next(jobLimits);
    if (job === undefined) return;
    redis.noteWrite(job.operations.reduce((sum, { bytes }) => sum + bytes, 0));
    writer.isBusy = true;
    const sentAtMs = performance.now();
    try {
      const write = { workspace, lane, lanes: lanes.count, run, ...job };
      const answer = await redis.connection.enqueue(scriptArguments(write));
      writer.isBusy = false;
      this.#conclude(writer, answer, sentAtMs);
    } catch (error) {
      writer.isBusy = false;
      this.#fail(writer, error);
    }
    wake();
  }

  #conclude(writer: LaneWriter, answer: EnqueueAnswer, sentAtMs: number): void {
    const { lanes, clock, redis, onTaken, leave } = this.#options;
    if (answer.kind === 'taken') {
      clock.observe({ sentAtMs, receivedAtMs: performance.now(), redisMs: answer.redisMs });
      redis.noteTaken();
      onTaken();
      leave(writer.finish(), ({ id }) => ({ ok: true, id: id as string }));
    } else if (answer.lanes === lanes.count) {
      this.#fail(writer, new Error('expected the number of lanes in Redis as digits, got another text'));
    } else {
      // Nothing was written, now or by an earlier try: the number of lanes never changes once it is fixed.
      writer.isUnknown = false;
      lanes.adopt(answer.lanes);
    }
  }

  #fail(writer: LaneWriter, error: unknown): void {
    const { onFailure, leave } = this.#options;
    const kind = onFailure(error);
    if (writer.current === undefined) {
      // Its operations are in the spool already, which repeats the write under its number.
      writer.finish();
      return;
    }
    if (kind === 'refused') {
      const detail = error instanceof Error ? error.message : String(error);
      leave(writer.finish(), ({ id }) => failure('REDIS_REFUSED', { ...(id ? { id } : {}), detail }));
      return;
    }
    if (kind === 'disconnected') writer.isUnknown = true;
    writer.failures += 1;
    writer.notBeforeMs = performance.now() + retryDelayMs(writer.failures, Math.random);
  }
}
