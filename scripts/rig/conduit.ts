import type { Socket } from 'node:net';

/** How one direction of a link passes bytes. Nothing set: as it comes. */
export interface Shape {
  readonly latencyMs?: number;
  readonly jitterMs?: number;
  readonly bytesPerSecond?: number;
  readonly isBlocked?: boolean;
  /** The connection is reset once so many more bytes have passed. */
  readonly resetAfterBytes?: number;
}

/** One direction of a connection. */
export interface Conduit {
  shape(shape: Shape): void;
  end(): void;
}

export interface ConduitOptions {
  readonly random: () => number;
  /** Called when the connection must be reset. */
  readonly reset: () => void;
}

interface Chunk {
  readonly bytes: Buffer;
  readonly arrivedAtMs: number;
}

/** Bytes held back before the sender is no longer read; a real network holds no more either. */
const MOST_QUEUED_BYTES = 1024 * 1024;

/** Bytes per step of a drip: small, so that messages arrive in pieces. */
const DRIP_BYTES = 64;

export function createConduit(from: Socket, to: Socket, { random, reset }: ConduitOptions): Conduit {
  const queue: Chunk[] = [];
  let queuedBytes = 0;
  let shape: Shape = {};
  let leftBytes = Number.POSITIVE_INFINITY;
  let hasEnded = false;
  let isOver = false;
  let isPumping = false;
  let timer: NodeJS.Timeout | undefined;
  let wake: (() => void) | undefined;

  from.on('data', (bytes) => {
    if (isOver) return;
    queue.push({ bytes, arrivedAtMs: performance.now() });
    queuedBytes += bytes.length;
    if (queuedBytes > MOST_QUEUED_BYTES) from.pause();
    void pump();
  });
  from.on('end', () => {
    hasEnded = true;
    void pump();
  });

  async function pump(): Promise<void> {
    if (isPumping) return;
    isPumping = true;
    while (!isOver) {
      const next = queue[0];
      if (next === undefined) break;
      if (shape.isBlocked) await sleep(Number.POSITIVE_INFINITY);
      else await pass(next);
    }
    isPumping = false;
    if (hasEnded && !isOver && queue.length === 0) to.end();
  }

  async function pass(chunk: Chunk): Promise<void> {
    const { latencyMs = 0, jitterMs = 0, bytesPerSecond } = shape;
    const waitMs = latencyMs === 0 ? 0 : chunk.arrivedAtMs + latencyMs + jitterMs * random() - performance.now();
    // A change of shape ends the wait; the chunk is looked at again under the new one.
    if (waitMs > 1 && !(await sleep(waitMs))) return;
    const limit = bytesPerSecond === undefined ? chunk.bytes.length : DRIP_BYTES;
    const bytes = chunk.bytes.subarray(0, Math.min(limit, leftBytes));
    const rest = chunk.bytes.subarray(bytes.length);
    if (rest.length === 0) queue.shift();
    else queue[0] = { bytes: rest, arrivedAtMs: chunk.arrivedAtMs };
    queuedBytes -= bytes.length;
    leftBytes -= bytes.length;
    const isFlushed = to.write(bytes);
    if (queuedBytes < MOST_QUEUED_BYTES / 2 && from.isPaused()) from.resume();
    if (leftBytes <= 0) {
      reset();
      return;
    }
    if (!isFlushed) await drained();
    if (bytesPerSecond !== undefined) await sleep((bytes.length / bytesPerSecond) * 1000);
  }

  /** Waits; false when it was woken before its time. */
  function sleep(ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      wake = () => {
        clearTimeout(timer);
        wake = undefined;
        resolve(false);
      };
      if (ms === Number.POSITIVE_INFINITY) return;
      timer = setTimeout(() => {
        wake = undefined;
        resolve(true);
      }, ms);
    });
  }

  function drained(): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        to.off('drain', done);
        to.off('close', done);
        resolve();
      };
      to.on('drain', done);
      to.on('close', done);
    });
  }

  return {
    shape(next) {
      shape = next;
      leftBytes = next.resetAfterBytes ?? Number.POSITIVE_INFINITY;
      wake?.();
    },
    end() {
      isOver = true;
      queue.length = 0;
      wake?.();
    },
  };
}
