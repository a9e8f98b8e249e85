import type { IncomingMessage } from 'node:http';
import type { Transform } from 'node:stream';

/** The bytes of a body, or why there are none. */
export type CollectedBytes =
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'too-large' | 'undecodable' | 'too-slow' | 'aborted' };

export interface CollectOptions {
  /** Bytes that may come over the wire, and again that may come out of the decoder. */
  readonly maxBytes: number;
  readonly timeoutMs: number;
  /** Undoes the content coding. */
  readonly decoder?: Transform;
}

/**
 * Reads a body that may be hostile: nothing is kept beyond `maxBytes`, a compressed body that grows beyond it stops being
 * inflated right there, and one that doesn't end in time is given up.
 */
export function collectBytes(request: IncomingMessage, options: CollectOptions): Promise<CollectedBytes> {
  const { maxBytes, timeoutMs, decoder } = options;
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return Promise.resolve({ kind: 'too-large' });
  const { promise, resolve } = Promise.withResolvers<CollectedBytes>();
  const chunks: Buffer[] = [];
  let wireBytes = 0;
  let keptBytes = 0;
  let isReceived = false;
  let isOver = false;

  const finish = (result: CollectedBytes) => {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    request
      .off('data', onWire)
      .off('end', onEnd)
      .off('aborted', onAborted)
      .off('error', onAborted)
      .off('close', onAborted);
    // What still comes is not kept; see drainBody.
    if (result.kind !== 'bytes') request.pause();
    decoder?.removeAllListeners('data').destroy();
    resolve(result);
  };
  const keep = (chunk: Buffer) => {
    keptBytes += chunk.length;
    if (keptBytes > maxBytes) finish({ kind: 'too-large' });
    else chunks.push(chunk);
  };
  const whole = () =>
    finish({ kind: 'bytes', bytes: chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks) });
  const onWire = (chunk: Buffer) => {
    wireBytes += chunk.length;
    if (wireBytes > maxBytes) return finish({ kind: 'too-large' });
    if (decoder === undefined) keep(chunk);
    else if (!decoder.write(chunk)) {
      request.pause();
      decoder.once('drain', () => isOver || request.resume());
    }
  };
  const onEnd = () => {
    // The request may close while the decoder still works.
    isReceived = true;
    if (decoder === undefined) whole();
    else decoder.end();
  };
  const onAborted = () => {
    if (!isReceived) finish({ kind: 'aborted' });
  };

  const timer = setTimeout(() => finish({ kind: 'too-slow' }), timeoutMs);
  decoder
    ?.on('data', keep)
    .on('end', whole)
    // It still tells of errors after it was given up.
    .on('error', () => finish({ kind: 'undecodable' }));
  request.on('data', onWire).on('end', onEnd).on('aborted', onAborted).on('error', onAborted).on('close', onAborted);
  return promise;
}
