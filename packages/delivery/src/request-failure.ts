import type { Answer } from './answer.ts';

/** Names of undici's own for what the system calls otherwise. */
const CODES: Readonly<Record<string, string>> = {
  UND_ERR_SOCKET: 'ECONNRESET',
  UND_ERR_CONNECT_TIMEOUT: 'TIMEOUT',
  UND_ERR_HEADERS_TIMEOUT: 'TIMEOUT',
  UND_ERR_BODY_TIMEOUT: 'TIMEOUT',
};

/**
 * A failure answer from what `fetch` threw. It throws `TypeError("fetch failed")` or `TypeError("terminated")` around the
 * error that matters; only its code and message are taken over, since the rest may hold the request with its credentials.
 */
export function failureOf(error: unknown): Extract<Answer, { kind: 'failure' }> {
  for (let cause = error, depth = 0; depth < 5 && cause instanceof Error; cause = cause.cause, depth += 1) {
    const inner = cause instanceof AggregateError ? cause.errors[0] : cause;
    if (!(inner instanceof Error)) continue;
    if (inner.name === 'TimeoutError') return timeout(inner.message);
    const { code } = inner as { code?: unknown };
    if (typeof code === 'string') {
      return {
        kind: 'failure',
        code: CODES[code] ?? code,
        message: `the request to Customer.io failed: ${inner.message}`,
      };
    }
  }
  const message = error instanceof Error ? error.message : String(error);
  return { kind: 'failure', code: 'NETWORK', message: `the request to Customer.io failed: ${message}` };
}

export function timeout(detail: string): Extract<Answer, { kind: 'failure' }> {
  return { kind: 'failure', code: 'TIMEOUT', message: `Customer.io did not answer in time: ${detail}` };
}

export function aborted(): Extract<Answer, { kind: 'failure' }> {
  return { kind: 'failure', code: 'ABORTED', message: 'the request was aborted before its answer came' };
}
