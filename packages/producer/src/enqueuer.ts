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
import { classifyRedisFailure, type RedisFailure, retryDelayMs } from './redis-failure.ts';
import { RedisTarget } from './spool/redis-target.ts';
import { Spool } from './spool/spool.ts';
import { NODE_DISK, type SpoolDisk } from './spool/spool-disk.ts';

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
  readonly #spool: Spool | undefined;
  /** Tells when a call has waited so long that it had better go to disk. */
  readonly #patience: CallDeadlines | undefined;
  #bufferedOperations = 0;
  #bufferedBytes = 0;
  #nextNumber = 0;
  #isPrimed = false;
  #isTurnScheduled = false;
  /** Whether the last thing heard of Redis was trouble. */
  #isFailing = false;
  #retry: NodeJS.Timeout | undefined;
  #closing: Promise<FlushResult> | undefined;

  /** @param disk - where the spool lies, if there is one */
  constructor(settings: ProducerSettings, report: FailureReport, disk: SpoolDisk = NODE_DISK) {
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
      { onReady: () => void this.#prime(), onError: (error) => this.#noteLost(error) },
    );
    this.#memory = new MemoryWatch(
      () => this.#connection.memory(),
      () => this.#scheduleTurn(),
    );
    if (settings.spoolDir === undefined) return;
    this.#spool = this.#makeSpool(settings.spoolDir, disk);
    this.#patience = new CallDeadlines(patienceMs(settings.enqueueTimeoutMs), (slow) => this.#lose(slow));
  }

  /** Begins to replay what former runs left in the spool, if there is one. */
  start(): void {
    void this.#spool?.open();
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
    this.#bufferedOperations += 1;
    if (this.#bufferedOperations === 1) this.#connection.hold();
    this.#bufferedBytes += prepared.bytes;
    this.#lanes.add(operation);
    this.#deadlines.add(operation);
    this.#patience?.add(operation);
    this.#scheduleTurn();
  }

  async flush(timeoutMs: number): Promise<FlushResult> {
    const untilMs = performance.now() + timeoutMs;
    const memory = await this.#flushes.wait(this.#nextNumber, this.#bufferedOperations, timeoutMs);
    if (this.#spool === undefined) return memory;
    await this.#spool.replayed(Math.max(0, untilMs - performance.now()), false);
    const { spooled } = this.#spool;
    return { ok: memory.ok && spooled === 0, pending: memory.pending, spooled };
  }

  close(timeoutMs: number): Promise<FlushResult> {
    this.#closing ??= this.#close(timeoutMs);
    return this.#closing;
  }

  async #close(timeoutMs: number): Promise<FlushResult> {
    const untilMs = performance.now() + timeoutMs;
    let result: FlushResult = await this.#flushes.wait(this.#nextNumber, this.#bufferedOperations, timeoutMs);
    clearTimeout(this.#retry);
    this.#deadlines.stop();
    this.#patience?.stop();
    if (this.#spool !== undefined) {
      // What is on disk is safe. It is waited for only while Redis takes it.
      await this.#spool.replayed(Math.max(0, untilMs - performance.now()), true);
      const { spooled } = this.#spool;
      await this.#spool.close();
      result = { ...result, spooled };
    }
    this.#memory.stop();
    this.#connection.close();
    for (const [, writer] of this.#lanes.entries()) this.#leave(writer.takeAll(), () => failure('CLOSED'));
    return result;
  }

  #obstacleTo({ bytes }: PreparedOperation): EnqueueErrorCode | undefined {
    const { maxBufferedOperations, maxBufferedBytes } = this.#settings;
    if (this.#closing !== undefined) return 'CLOSED';
    const spool = this.#spool;
    if (this.#memory.isFull) {
      if (spool === undefined) return 'QUEUE_FULL';
      if (spool.problemCode !== undefined) return spool.problemCode;
      spool.trigger();
    }
    const hasRoom = this.#bufferedOperations < maxBufferedOperations && this.#bufferedBytes + bytes <= maxBufferedBytes;
    if (spool === undefined) return hasRoom ? undefined : 'BUFFER_FULL';
    if (spool.isFullFor(this.#bufferedBytes + bytes, this.#bufferedOperations + 1)) return 'SPOOL_FULL';
    const isCrowded = this.#bufferedOperations * 4 > maxBufferedOperations * 3;
    if (isCrowded) spool.trigger();
    return hasRoom ? undefined : (spool.problemCode ?? 'BUFFER_FULL');
  }

  #makeSpool(spoolDir: string, disk: SpoolDisk): Spool {
    const { workspace } = this.#settings;
    const target = new RedisTarget({
      workspace,
      connection: this.#connection,
      lanes: this.#lanes,
      clock: this.#clock,
      isUsable: () => this.#isPrimed && this.#connection.isReady && !this.#memory.isFull,
      onWrite: (bytes) => this.#memory.touch(bytes),
    });
    return new Spool(
      { ...this.#settings, spoolDir, disk },
      {
        run: this.#run,
        lanes: this.#lanes,
        target,
        report: this.#report,
        leave: (operations, resultOf) => this.#leave(operations, resultOf),
        wake: () => this.#scheduleTurn(),
        want: (isWanted) => this.#want(isWanted),
        isHopeful: () => this.#isHopeful,
        redisTook: () => {
          this.#isFailing = false;
        },
        redisFailed: (error) => this.#noteFailure(error),
      },
    );
  }

  #want(isWanted: boolean): void {
    this.#connection.want(isWanted);
    this.#holdOrRelease();
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
    this.#isFailing = false;
    this.#spool?.reconnected();
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
    const isReady = this.#isPrimed && this.#connection.isReady;
    if (isReady) this.#lanes.changeIfQuiet();
    if (this.#spool !== undefined) this.#connection.together(() => this.#spool?.turn());
    if (!isReady) return;
    const nowMs = performance.now();
    let earliestMs = Number.POSITIVE_INFINITY;
    this.#connection.together(() => {
      for (const [lane, writer] of this.#lanes.entries()) {
        if (!this.#mayWrite(writer)) continue;
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

  #mayWrite(writer: LaneWriter): boolean {
    if (!writer.isDue) return false;
    // While the number of lanes changes only writes of unknown fate go on, to learn it.
    if (this.#lanes.isChanging && !writer.isUnknown) return false;
    // Nothing of the lane is in the spool before its current job, but everything is before a new one.
    return this.#spool === undefined || this.#spool.allowsDirect || writer.current !== undefined;
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
      this.#isFailing = false;
      this.#spool?.noteTaken();
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
    const kind = this.#noteFailure(error);
    if (writer.current === undefined) {
      // Its operations are in the spool already, which repeats the write under its number.
      writer.finish();
      return;
    }
    if (kind === 'refused') {
      const detail = error instanceof Error ? error.message : String(error);
      this.#leave(writer.finish(), ({ id }) => failure('REDIS_REFUSED', { ...(id ? { id } : {}), detail }));
      return;
    }
    if (kind === 'disconnected') writer.isUnknown = true;
    writer.failures += 1;
    writer.notBeforeMs = performance.now() + retryDelayMs(writer.failures, Math.random);
  }

  #noteFailure(error: unknown): RedisFailure {
    const kind = classifyRedisFailure(error);
    this.#isFailing = true;
    this.#report.redis(error);
    if (kind === 'full') this.#memory.markFull();
    // No answer may yet come within the patience of the calls; these answers say that it won't.
    if (kind === 'full' || kind === 'retryable') this.#spool?.trigger();
    return kind;
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
    if (this.#bufferedOperations === 0) this.#holdOrRelease();
  }

  /**
   * What is in memory only keeps the process alive until Redis has it. What is on disk does so while Redis takes it, and not
   * through an outage.
   */
  #holdOrRelease(): void {
    if (this.#bufferedOperations > 0) return;
    const isBusy = this.#spool !== undefined && this.#spool.spooled > 0 && this.#isHopeful;
    if (isBusy) this.#connection.hold();
    else this.#connection.release();
  }

  get #isHopeful(): boolean {
    return !this.#isFailing && !this.#memory.isFull;
  }

  #noteLost(error: Error): void {
    this.#isFailing = true;
    this.#report.redis(error);
    if (this.#spool === undefined) return;
    this.#holdOrRelease();
    this.#scheduleTurn();
  }

  /** Redis took too long. Answers that came while the host was busy are heard first. */
  #lose(operation: BufferedOperation): void {
    setImmediate(() => {
      if (operation.settle !== undefined) this.#spool?.trigger();
    });
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

/** How long a call waits for Redis before it goes to disk: that must be done within the time-out, too. */
function patienceMs(enqueueTimeoutMs: number): number {
  return Math.min(enqueueTimeoutMs / 4, 250);
}

/** Timers fire a little late, and the promise is "never later": so they are set a little early. */
function answerWithinMs(enqueueTimeoutMs: number): number {
  return enqueueTimeoutMs - Math.min(10, enqueueTimeoutMs / 20);
}
