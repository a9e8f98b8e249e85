import type { EnqueueFailed } from '../enqueue-result.ts';

/** The operation is not durable. `code` says why; see docs/errors.md. */
export class EnqueueRejection extends Error {
  /** Stable code, e.g. `ENQUEUE_TIMEOUT`. */
  readonly code: string;
  /** Whether the operation stays buffered and will be sent when Redis is back. */
  readonly retained: boolean;

  constructor(code: string, message: string, options: { readonly retained?: boolean; readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'EnqueueRejection';
    this.code = code;
    this.retained = options.retained ?? false;
  }
}

/** The rejection for a failed result. */
export function rejectionOf({ error }: EnqueueFailed): EnqueueRejection {
  return new EnqueueRejection(error.code, error.message, { retained: error.retained ?? false });
}

/** The rejection of a call that asks a question, which no queue can answer. */
export function unsupported(call: string): EnqueueRejection {
  const message = `expected a call that can be queued, ${call} asks for an answer; call it with customerio-node`;
  return new EnqueueRejection('CALL_UNSUPPORTED', message);
}
