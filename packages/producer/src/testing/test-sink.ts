import { createUlidFactory, type QueuedOperation } from '@cio-fleet/contracts';
import type { PreparedOperation } from '../buffered-operation.ts';
import { type EnqueueErrorCode, type EnqueueResult, failure } from '../enqueue-result.ts';
import type { OperationSink } from '../verbs.ts';

/** An operation that a test producer took, with the verb that names it. */
export interface EnqueuedOperation extends QueuedOperation {
  readonly verb: string;
}

/** Keeps operations in memory, stamped as Redis's clock would have it, and fails when it is told to. */
export class TestSink implements OperationSink {
  readonly #mintUlid = createUlidFactory();
  readonly #failures: EnqueueErrorCode[] = [];
  #operations: EnqueuedOperation[] = [];
  #isClosed = false;

  get operations(): readonly EnqueuedOperation[] {
    return this.#operations;
  }

  enqueue({ tail, verb }: PreparedOperation, settle: (result: EnqueueResult) => void): void {
    const code = this.#isClosed ? 'CLOSED' : this.#failures.shift();
    const at = Date.now();
    const id = this.#mintUlid(at);
    // What timed out is retained and will be sent, so it counts as enqueued.
    if (code === undefined || code === 'ENQUEUE_TIMEOUT') {
      // From the text, so that a test sees what would have travelled.
      const operation = JSON.parse(`{"id":"${id}","at":${at},${tail}`) as QueuedOperation;
      this.#operations.push({ ...operation, verb });
    }
    settle(code === undefined ? { ok: true, id } : failure(code, code === 'ENQUEUE_TIMEOUT' ? { id } : {}));
  }

  failNext(code: EnqueueErrorCode, times: number): void {
    for (let count = 0; count < times; count += 1) this.#failures.push(code);
  }

  clear(): void {
    this.#operations = [];
    this.#failures.length = 0;
  }

  close(): void {
    this.#isClosed = true;
  }
}
