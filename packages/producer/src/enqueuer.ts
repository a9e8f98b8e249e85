import { newUlid, workspaceKeys } from '@cio-fleet/contracts';
import type { BufferedOperation, PreparedOperation } from './buffered-operation.ts';
import { CallDeadlines } from './call-deadlines.ts';
import { type EnqueueErrorCode, type EnqueueResult, type FlushResult, failure } from './enqueue-result.ts';
import { type EnqueueAnswer, type EnqueueWrite, isLaneCount, scriptArguments } from './enqueue-write.ts';
import type { FailureReport } from './failure-report.ts';
import { FlushWaiters } from './flush-waiters.ts';
import { LaneSet } from './lane-set.ts';
import type { LaneJob, LaneWriter } from './lane-writer.ts';
import { MemoryWatch } from './memory-watch.ts';
import type { ProducerSettings } from './producer-options.ts';
import { RedisClock } from './redis-clock.ts';
import { RedisConnection } from './redis-connection.ts';
import { classifyRedisFailure, retryDelayMs } from './redis-failure.ts';

type Settle = (result: EnqueueResult) => void;

/**
 * Takes prepared operations to Redis: admits them to a bounded buffer, writes lane by lane, answers each caller once, and
 * never loses or repeats what it has said `ok` to.
 */
export class Enqueuer {
  readonly #settings: ProducerSettings;
  readonly #report: FailureReport;
  readonly #run = newUlid();
  readonly #clock = new RedisClock();
  readonly #lanes: LaneSet;
  readonly #deadlines: CallDeadlines;
  readonly #flushes = new FlushWaiters();
  readonly #memory: MemoryWatch;
  readonly #connection: RedisConnection;
  #bufferedOperations = 0;
  #bufferedBytes = 0;
  #nextNumber = 0;
  #isPrimed = false;
  #isTurnScheduled = false;
  #retry: NodeJS.Timeout | undefined;
  #closing: Promise<FlushResult> | undefined;

  constructor(settings: ProducerSettings, report: FailureReport) {
    this.#settings = settings;
    this.#report = report;
    this.#lanes = new LaneSet(settings.lanes, this.#clock);
    this.#deadlines = new CallDeadlines(answerWithinMs(settings.enqueueTimeoutMs), (late) => this.#expire(late));
    this.#connection = new RedisConnection(
      {
        redisUrl: settings.redisUrl,
        redis: settings.redis,
        name: `cio-fleet:${settings.workspace}:producer`,
        timeoutMs: settings.redisTimeoutMs,
      },
      { onReady: () => void this.#prime(), onError: (error) => report.redis(error) },
    );
    this.#memory = new MemoryWatch(() => this.#connection.memory());
  }

  /** Admits one operation; `settle` is called exactly once, never in this very call when it is admitted. */
  enqueue(prepared: PreparedOperation, settle: Settle): void {
    const obstacle = this.#obstacleTo(prepared);
    if (obstacle !== undefined) {
      settle(failure(obstacle));
      return;
    }
    const operation: BufferedOperation = {
      ...prepared,
      number: this.#nextNumber,
      calledAtMs: performance.now(),
      id: undefined,
      atMs: 0,
      settle,
    };
    this.#nextNumber += 1;
    if (this.#bufferedOperations === 0) this.#connection.hold();
    this.#bufferedOperations += 1;
    this.#bufferedBytes += prepared.bytes;
    this.#lanes.add(operation);
    this.#deadlines.add(operation);
    this.#scheduleTurn();
  }

  flush(timeoutMs: number): Promise<FlushResult> {
    return this.#flushes.wait(this.#nextNumber, this.#bufferedOperations, timeoutMs);
  }

  close(timeoutMs: number): Promise<FlushResult> {
    this.#closing ??= this.#close(timeoutMs);
    return this.#closing;
  }

  async #close(timeoutMs: number): Promise<FlushResult> {
    const result = await this.flush(timeoutMs);
    clearTimeout(this.#retry);
    this.#deadlines.stop();
    this.#memory.stop();
    this.#connection.close();
    for (const [, writer] of this.#lanes.entries()) this.#leave(writer.takeAll(), () => failure('CLOSED'));
    return result;
  }

  #obstacleTo({ bytes }: PreparedOperation): EnqueueErrorCode | undefined {
    const { maxBufferedOperations, maxBufferedBytes } = this.#settings;
    if (this.#closing !== undefined) return 'CLOSED';
    if (this.#memory.isFull) return 'QUEUE_FULL';
    const hasRoom = this.#bufferedOperations < maxBufferedOperations && this.#bufferedBytes + bytes <= maxBufferedBytes;
    return hasRoom ? undefined : 'BUFFER_FULL';
  }

  /** Once per connection, before the first write: Redis's time, and how many lanes there are. */
  async #prime(): Promise<void> {
    const sentAtMs = performance.now();
    const [time, lanes, memory] = await Promise.allSettled([
      this.#connection.time(),
      this.#connection.get(workspaceKeys(this.#settings.workspace).lanes),
      this.#connection.memory(),
    ]);
    if (time.status === 'fulfilled') {
      this.#clock.observe({ sentAtMs, receivedAtMs: performance.now(), redisMs: time.value });
    }
    if (lanes.status === 'fulfilled' && isLaneCount(Number(lanes.value))) this.#lanes.adopt(Number(lanes.value));
    if (memory.status === 'fulfilled') this.#memory.observe(memory.value);
    if (!this.#connection.isReady) return;
    this.#isPrimed = true;
    for (const [, writer] of this.#lanes.entries()) writer.notBeforeMs = 0;
    this.#scheduleTurn();
  }

  /**
   * Writes at the end of this turn of the event loop: what the host does in one turn goes as one job per lane, and a lone
   * operation waits for nothing.
   */
  #scheduleTurn(): void {
    if (this.#isTurnScheduled) return;
    this.#isTurnScheduled = true;
    setImmediate(() => {
      this.#isTurnScheduled = false;
      this.#turn();
    });
  }

  #turn(): void {
    if (!this.#isPrimed || !this.#connection.isReady) return;
    this.#lanes.changeIfQuiet();
    const nowMs = performance.now();
    let earliestMs = Number.POSITIVE_INFINITY;
    this.#connection.together(() => {
      for (const [lane, writer] of this.#lanes.entries()) {
        // While the number of lanes changes only writes of unknown fate go on, to learn it.
        if (!writer.isDue || (this.#lanes.isChanging && !writer.isUnknown)) continue;
        if (writer.notBeforeMs > nowMs) earliestMs = Math.min(earliestMs, writer.notBeforeMs);
        else void this.#write(lane, writer);
      }
    });
    clearTimeout(this.#retry);
    if (earliestMs !== Number.POSITIVE_INFINITY) {
      this.#retry = setTimeout(() => this.#turn(), Math.max(1, earliestMs - nowMs));
      this.#retry.unref();
    }
  }

  async #write(lane: number, writer: LaneWriter): Promise<void> {
    const job = writer.next(this.#settings.jobLimits);
    if (job === undefined) return;
    this.#memory.touch(job.operations.reduce((sum, { bytes }) => sum + bytes, 0));
    writer.isBusy = true;
    const sentAtMs = performance.now();
    try {
      const answer = await this.#connection.enqueue(scriptArguments(this.#describe(lane, job)));
      writer.isBusy = false;
      this.#conclude(writer, answer, sentAtMs);
    } catch (error) {
      writer.isBusy = false;
      this.#fail(writer, error);
    }
    this.#scheduleTurn();
  }

  #describe(lane: number, job: LaneJob): EnqueueWrite {
    return { workspace: this.#settings.workspace, lane, lanes: this.#lanes.count, run: this.#run, ...job };
  }

  #conclude(writer: LaneWriter, answer: EnqueueAnswer, sentAtMs: number): void {
    if (answer.kind === 'taken') {
      this.#clock.observe({ sentAtMs, receivedAtMs: performance.now(), redisMs: answer.redisMs });
      this.#leave(writer.finish(), ({ id }) => ({ ok: true, id: id as string }));
    } else if (answer.lanes === this.#lanes.count) {
      this.#fail(writer, new Error('expected the number of lanes in Redis as digits, got another text'));
    } else {
      // Nothing was written, now or by an earlier try: the number of lanes never changes once it is fixed.
      writer.isUnknown = false;
      this.#lanes.adopt(answer.lanes);
    }
  }

  #fail(writer: LaneWriter, error: unknown): void {
    const kind = classifyRedisFailure(error);
    this.#report.redis(error);
    if (kind === 'refused') {
      const detail = error instanceof Error ? error.message : String(error);
      this.#leave(writer.finish(), ({ id }) => failure('REDIS_REFUSED', { ...(id ? { id } : {}), detail }));
      return;
    }
    if (kind === 'full') this.#memory.markFull();
    if (kind === 'disconnected') writer.isUnknown = true;
    writer.failures += 1;
    writer.notBeforeMs = performance.now() + retryDelayMs(writer.failures, Math.random);
  }

  /** Operations leave the buffer; callers that still wait get their answer, the others' failures go to `onError`. */
  #leave(operations: readonly BufferedOperation[], resultOf: (operation: BufferedOperation) => EnqueueResult): void {
    for (const operation of operations) {
      this.#bufferedOperations -= 1;
      this.#bufferedBytes -= operation.bytes;
      const { settle } = operation;
      operation.settle = undefined;
      const result = resultOf(operation);
      if (settle !== undefined) settle(result);
      else if (!result.ok) this.#report.failed(result);
      this.#flushes.left(operation.number);
    }
    if (this.#bufferedOperations === 0) this.#connection.release();
  }

  /** The caller's time is up; the operation stays and is sent when Redis takes it. */
  #expire(operation: BufferedOperation): void {
    const { settle } = operation;
    operation.settle = undefined;
    // What came before it on its lane has no later deadline, so ids still rise in order.
    this.#lanes.of(operation).stamp(operation);
    settle?.(failure('ENQUEUE_TIMEOUT', { id: operation.id as string }));
  }
}

/** Timers fire a little late, and the promise is "never later": so they are set a little early. */
function answerWithinMs(enqueueTimeoutMs: number): number {
  return enqueueTimeoutMs - Math.min(10, enqueueTimeoutMs / 20);
}
