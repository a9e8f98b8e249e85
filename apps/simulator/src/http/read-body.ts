import type { IncomingMessage } from 'node:http';

/** A body, or why there is none: it was larger than the limit, or the client went away in the middle. */
export type BodyReading = Buffer | 'too-large' | 'aborted';

/** How much of a body that is too large is still read, so that the client gets to hear the answer. */
const DRAINED_BYTES = 16 * 1024 * 1024;

/** Reads a body of at most `maxBytes`. Beyond, the rest is read and forgotten up to a bound. */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<BodyReading> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxBytes) chunks.push(chunk);
      else if (bytes > DRAINED_BYTES) resolve('too-large');
      else chunks.length = 0;
    });
    request.on('end', () => {
      if (bytes > maxBytes) resolve('too-large');
      else resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
    });
    // After 'end' these find the promise settled.
    request.on('error', () => resolve('aborted'));
    request.on('close', () => resolve('aborted'));
  });
}
