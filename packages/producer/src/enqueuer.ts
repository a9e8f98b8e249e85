import { newUlid } from '@cio-fleet/contracts';
import { admissionOf } from './admission.ts';
import type { BufferedOperation, PreparedOperation } from './buffered-operation.ts';
import { CallDeadlines } from './call-deadlines.ts';
import { DirectWrites } from './direct-writes.ts';
import { type EnqueueResult, type FlushResult, failure } from './enqueue-result.ts';
import type { FailureReport } from './failure-report.ts';
import { LaneSet } from './lane-set.ts';
import { OperationBuffer } from './operation-buffer.ts';
import type { ProducerSettings } from './producer-options.ts';
import { RedisClock } from './redis-clock.ts';
import type { RedisFailure } from './redis-failure.ts';
import { RedisLink } from './redis-link.ts';
import { RedisTarget } from './spool/redis-target.ts';
import { Spool } from './spool/spool.ts';
import { NODE_DISK, type SpoolDisk } from './spool/spool-disk.ts';
import type { SpoolState } from './spool/spool-state.ts';

/** What a test may give instead. */
export interface EnqueuerParts {
  /** Where the spool lies, if there is one. */
  readonly disk?: SpoolDisk;
  /** How long a call waits for Redis before it goes to disk, in ms. @defaultValue a quarter of its time-out, at most 250 */
  readonly patienceMs?: number;
}

/**
 * Takes prepared operations to Redis: admits them to a bounded buffer, has them written directly or by way of the spool, answers
 * each caller once, and never loses or repeats what it has said `ok` to.
 */
export class Enqueuer {
  readonly #settings: ProducerSettings;
  readonly #report: FailureReport;
  readonly #run = newUlid();
  readonly #clock = new RedisClock();
  readonly #lanes: LaneSet;
  readonly #buffer: OperationBuffer;
  readonly #deadlines: CallDeadlines;
  readonly #redis: RedisLink;
  readonly #writes: DirectWrites;
  readonly #spool: Spool | undefined;
  /** Tells when a call has waited so long that it had better go to disk. */
  readonly #patience: CallDeadlines | undefined;
  #isTurnScheduled = false;
  #closing: Promise<FlushResult> | undefined;

  constructor(settings: ProducerSettings, report: FailureReport, parts: EnqueuerParts = {}) {
    this.#settings = settings;
    this.#report = report;
    this.#lanes = new LaneSet(settings.lanes, this.#clock);
    this.#buffer = new OperationBuffer({
      maxBufferedOperations: settings.maxBufferedOperations,
      maxBufferedBytes: settings.maxBufferedBytes,
      onLateFailure: (result) => report.failed(result),
      onEmpty: () => this.#holdOrRelease(),
    });
    this.#deadlines = new CallDeadlines(answerWithinMs(settings.enqueueTimeoutMs), (late) => this.#expire(late));
    this.#redis = new RedisLink({
      settings,
      report,
      clock: this.#clock,
      lanes: this.#lanes,
      onPrimed: () => this.#resume(),
      onLost: () => this.#noteLost(),
      onRoom: () => this.#scheduleTurn(),
    });
    this.#writes = this.#makeWrites();
    if (settings.spoolDir === undefined) return;
    this.#spool = this.#makeSpool(settings.spoolDir, parts.disk ?? NODE_DISK);
    const patienceMs = parts.patienceMs ?? patienceFor(settings.enqueueTimeoutMs);
    this.#patience = new CallDeadlines(patienceMs, (slow) => this.#lose(slow));
  }

  /** Begins to replay what former runs left in the spool, if there is one. */
  start(): void {
    void this.#spool?.open();
  }

  /** Admits one operation; `settle` is called exactly once, never in this very call when it is admitted. */
  enqueue(prepared: PreparedOperation, settle: (result: EnqueueResult) => void): void {
    const buffer = this.#buffer;
    const spool = this.#spool;
    const { refusal, callsForSpool } = admissionOf({
      isClosing: this.#closing !== undefined,
      isRedisFull: this.#redis.isFull,
      hasRoom: buffer.hasRoomFor(prepared.bytes),
      isCrowded: buffer.isCrowded,
      spool: spool && {
        problemCode: spool.problemCode,
        isFull: spool.isFullFor(buffer.bytes + prepared.bytes, buffer.operations + 1),
      },
    });
    if (callsForSpool) spool?.trigger();
    if (refusal !== undefined) {
      settle(failure(refusal));
      return;
    }
    const operation = buffer.add(prepared, settle);
    if (buffer.operations === 1) this.#redis.connection.hold();
    this.#lanes.add(operation);
    this.#deadlines.add(operation);
    this.#patience?.add(operation);
    this.#scheduleTurn();
  }

  /** What the spool holds; undefined where there is none. */
  spoolState(): SpoolState | undefined {
    return this.#spool?.state(this.#clock.at(performance.now()));
  }

  async flush(timeoutMs: number): Promise<FlushResult> {
    const untilMs = performance.now() + timeoutMs;
    const memory = await this.#buffer.flushed(timeoutMs);
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
    let result = await this.#buffer.flushed(timeoutMs);
    this.#writes.stop();
    this.#deadlines.stop();
    this.#patience?.stop();
    if (this.#spool !== undefined) {
      // What is on disk is safe. It is waited for only while Redis takes it.
      await this.#spool.replayed(Math.max(0, untilMs - performance.now()), true);
      const { spooled } = this.#spool;
      await this.#spool.close();
      result = { ...result, spooled };
    }
    this.#redis.close();
    for (const [, writer] of this.#lanes.entries()) this.#buffer.leave(writer.takeAll(), () => failure('CLOSED'));
    return result;
  }

  #makeWrites(): DirectWrites {
    return new DirectWrites({
      workspace: this.#settings.workspace,
      run: this.#run,
      jobLimits: this.#settings.jobLimits,
      lanes: this.#lanes,
      clock: this.#clock,
      redis: this.#redis,
      mayBegin: () => this.#spool === undefined || this.#spool.allowsDirect,
      onTaken: () => this.#spool?.noteTaken(),
      onFailure: (error) => this.#noteFailure(error),
      leave: (operations, resultOf) => this.#buffer.leave(operations, resultOf),
      wake: () => this.#scheduleTurn(),
    });
  }

  #makeSpool(spoolDir: string, disk: SpoolDisk): Spool {
    const target = new RedisTarget({
      workspace: this.#settings.workspace,
      lanes: this.#lanes,
      clock: this.#clock,
      redis: this.#redis,
    });
    return new Spool(
      { ...this.#settings, spoolDir, disk },
      {
        run: this.#run,
        lanes: this.#lanes,
        target,
        report: this.#report,
        leave: (operations, resultOf) => this.#buffer.leave(operations, resultOf),
        wake: () => this.#scheduleTurn(),
        want: (isWanted) => this.#want(isWanted),
        hasRedisTime: () => this.#clock.isSet,
        stampedLocally: (spoolId, index) => target.stampedLocally(spoolId, index),
        isHopeful: () => this.#redis.isHopeful,
        redisTook: () => this.#redis.noteTaken(),
        redisFailed: (error) => this.#noteFailure(error),
      },
    );
  }

  #want(isWanted: boolean): void {
    this.#redis.connection.want(isWanted);
    this.#holdOrRelease();
  }

  /** Redis was reached anew. */
  #resume(): void {
    this.#spool?.reconnected();
    this.#writes.reconnected();
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
    const { isReady, connection } = this.#redis;
    if (isReady) this.#lanes.changeIfQuiet();
    if (this.#spool !== undefined) connection.together(() => this.#spool?.turn());
    if (isReady) this.#writes.turn();
  }

  #noteFailure(error: unknown): RedisFailure {
    const kind = this.#redis.noteFailure(error);
    // No answer may yet come within the patience of the calls; these answers say that it won't.
    if (kind === 'full' || kind === 'retryable') this.#spool?.trigger();
    return kind;
  }

  /**
   * What is in memory only keeps the process alive until Redis has it. What is on disk does so while Redis takes it, and not
   * through an outage.
   */
  #holdOrRelease(): void {
    if (this.#buffer.operations > 0) return;
    const isBusy = this.#spool !== undefined && this.#spool.spooled > 0 && this.#redis.isHopeful;
    if (isBusy) this.#redis.connection.hold();
    else this.#redis.connection.release();
  }

  #noteLost(): void {
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
function patienceFor(enqueueTimeoutMs: number): number {
  return Math.min(enqueueTimeoutMs / 4, 250);
}

/** Timers fire a little late, and the promise is "never later": so they are set a little early. */
function answerWithinMs(enqueueTimeoutMs: number): number {
  return enqueueTimeoutMs - Math.min(10, enqueueTimeoutMs / 20);
}
