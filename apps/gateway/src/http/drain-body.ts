import type { IncomingMessage } from 'node:http';

export interface DrainOptions {
  /** Bytes read at most; whoever sends more has to live with a connection that ends. @defaultValue 16777216 (16 MB) */
  readonly maxBytes?: number;
  /** How long nothing may come before it is given up, in ms. @defaultValue 1000 */
  readonly idleMs?: number;
  /** How long it may take in all, in ms. @defaultValue 10000 */
  readonly timeoutMs?: number;
}

const defaults = { maxBytes: 16 * 1024 * 1024, idleMs: 1_000, timeoutMs: 10_000 } satisfies DrainOptions;

/**
 * Reads and forgets what is left of a body that is refused. A server that answers and closes while its client still writes
 * resets the connection, and the client never gets to hear the answer: it sees a broken connection and tries again.
 */
export function drainBody(request: IncomingMessage, options: DrainOptions = {}): Promise<void> {
  const { maxBytes, idleMs, timeoutMs } = { ...defaults, ...options };
  const isOver = request.readableEnded || request.destroyed;
  if (isOver || Number(request.headers['content-length'] ?? 0) > maxBytes) return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  let bytes = 0;
  const finish = () => {
    clearTimeout(idle);
    clearTimeout(end);
    request.off('data', onData).off('end', finish).off('close', finish).off('error', finish).pause();
    resolve();
  };
  const onData = (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > maxBytes) finish();
    else idle.refresh();
  };
  const idle = setTimeout(finish, idleMs);
  const end = setTimeout(finish, timeoutMs);
  request.on('data', onData).on('end', finish).on('close', finish).on('error', finish).resume();
  return promise;
}
