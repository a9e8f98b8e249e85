import type { BufferedOperation, PreparedOperation } from './buffered-operation.ts';
import type { EnqueueFailed, EnqueueResult, FlushResult } from './enqueue-result.ts';
import { FlushWaiters } from './flush-waiters.ts';

/** How much may wait in memory, and who is told what becomes of it. */
export interface OperationBufferOptions {
  readonly maxBufferedOperations: number;
  readonly maxBufferedBytes: number;
  /** An operation failed whose caller had been answered before. */
  readonly onLateFailure: (result: EnqueueFailed) => void;
  /** Nothing is left. */
  readonly onEmpty: () => void;
}

/** Above three quarters of its operations the buffer calls for the disk. */
const CROWDED_SHARE = 3 / 4;

/**
 * Counts what is in memory, from the call until Redis or the disk has it; the lanes hold the operations themselves. Each
 * operation leaves once, and each caller is answered once.
 */
export class OperationBuffer {
  readonly #options: OperationBufferOptions;
  readonly #flushes = new FlushWaiters();
  #operations = 0;
  #bytes = 0;
  #nextNumber = 0;

  constructor(options: OperationBufferOptions) {
    this.#options = options;
  }

  get operations(): number {
    return this.#operations;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Whether one more operation fits. */
  hasRoomFor(bytes: number): boolean {
    const { maxBufferedOperations, maxBufferedBytes } = this.#options;
    return this.#operations < maxBufferedOperations && this.#bytes + bytes <= maxBufferedBytes;
  }

  get isCrowded(): boolean {
    return this.#operations > this.#options.maxBufferedOperations * CROWDED_SHARE;
  }

  /** Counts an operation in. @param settle - called once, now or when the caller's time is up */
  add(prepared: PreparedOperation, settle: (result: EnqueueResult) => void): BufferedOperation {
    const operation: BufferedOperation = {
      ...prepared,
      number: this.#nextNumber,
      calledAtMs: performance.now(),
      id: undefined,
      atMs: 0,
      hasRedisTime: false,
      settle,
    };
    this.#nextNumber += 1;
    this.#operations += 1;
    this.#bytes += prepared.bytes;
    return operation;
  }

  /** Operations leave; callers that still wait get their answer. */
  leave(operations: readonly BufferedOperation[], resultOf: (operation: BufferedOperation) => EnqueueResult): void {
    for (const operation of operations) {
      this.#operations -= 1;
      this.#bytes -= operation.bytes;
      const { settle } = operation;
      operation.settle = undefined;
      const result = resultOf(operation);
      if (settle !== undefined) settle(result);
      else if (!result.ok) this.#options.onLateFailure(result);
      this.#flushes.left(operation.number);
    }
    if (this.#operations === 0) this.#options.onEmpty();
  }

  /** Waits until everything that is in the buffer now has left it. */
  flushed(timeoutMs: number): Promise<FlushResult> {
    return this.#flushes.wait(this.#nextNumber, this.#operations, timeoutMs);
  }
}
