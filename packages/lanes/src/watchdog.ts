import { heartbeatKey } from '@cio-fleet/contracts';
import type { Redis } from 'ioredis';
import { HEARTBEAT_INTERVAL_MS } from './heartbeat.ts';
import type { QueueAddress } from './queue-address.ts';
import { lookAtQueues, type QueueSight } from './queue-sight.ts';
import { withinMs } from './sleep.ts';
import { judgeSuspicion, type Suspicion } from './suspicion.ts';

export interface WatchdogOptions {
  readonly workspace: string;
  readonly workerId: string;
  /** The connection that is watched; the watchdog looks through one of its own. */
  readonly redis: Redis;
  /** How long something may look stuck before it is mended, and once more before the process ends, in ms. */
  readonly limitMs: number;
  /** The queues that this process consumes. */
  readonly queues: () => readonly QueueAddress[];
  /** Makes a new consumer for a queue. */
  readonly rebuild: (queue: QueueAddress) => void;
  readonly onError: (error: Error, queueName: string) => void;
  /** Mending did not help: end the process, so that its supervisor starts a sound one. */
  readonly onFatal: (error: WorkerStuckError) => void;
}

export interface Watchdog {
  start(): void;
  stop(): void;
  /** A consumer has started a head. */
  taken(queueName: string): void;
  /** A heartbeat has succeeded. */
  beaten(): void;
}

/** A consumer, or the connection, is stuck and can't be mended from within. */
export class WorkerStuckError extends Error {
  readonly code = 'WORKER_STUCK';
  constructor(what: string, limitMs: number) {
    super(`expected ${what} within ${limitMs} ms after it was mended, it did not; this process ends`);
    this.name = 'WorkerStuckError';
  }
}

/** Looks at most this often, in ms. */
const MOST_INTERVAL_MS = 1000;
/** A Redis that takes longer than this to answer is not what a consumer could be blamed for, in ms. */
const LOOK_TIMEOUT_MS = 5000;
/** From here on a heartbeat is late, in ms. */
const LATE_BEAT_MS = 2 * HEARTBEAT_INTERVAL_MS;
const HEARTBEAT = 'heartbeat';

interface Trace {
  readonly suspicion: Suspicion;
  readonly next: string | undefined;
}

/**
 * Watches for consumers that have stopped to take work although Redis is well. BullMQ's connections can come out of a
 * reconnect or a fail-over deaf (its issues 2466, 2964, 3185, 4585): the process lives, and its lanes rest for ever.
 * A queue's consumer is rebuilt, a connection that brings no heartbeat through is made anew; where that doesn't help for
 * long, the process ends.
 *
 * @see https://github.com/taskforcesh/bullmq/issues/3185
 */
export function createWatchdog(options: WatchdogOptions): Watchdog {
  const { workspace, workerId, redis, limitMs } = options;
  const intervalMs = Math.min(MOST_INTERVAL_MS, limitMs / 4);
  const traces = new Map<string, Trace>();
  const takenAtMs = new Map<string, number>();
  let beatenAtMs = performance.now();
  let lookedAtMs = performance.now();
  let eye: Redis | undefined;
  let timer: NodeJS.Timeout | undefined;
  let seeing: Promise<void> | undefined;
  let isOver = false;

  async function look(): Promise<void> {
    const startedMs = performance.now();
    // This process slept (a frozen host, a blocked loop), and whoever sleeps takes nothing.
    if (startedMs - lookedAtMs > limitMs / 2) forgive();
    lookedAtMs = startedMs;
    const queues = options.queues();
    const sights = await seeInTime(queues);
    // Redis is away, full or without a master: then nobody can take anything, and a restart mends nothing.
    if (sights === undefined) return forgive();
    const nowMs = performance.now();
    for (const name of traces.keys()) {
      if (name !== HEARTBEAT && !queues.some((queue) => queue.name === name)) traces.delete(name);
    }
    judgeHeartbeat(nowMs);
    // Through a connection that is dead no consumer takes anything, and new ones wouldn't either.
    if (isLate(nowMs)) return;
    for (const [index, queue] of queues.entries()) judgeQueue(queue, sights[index] as QueueSight, nowMs);
  }

  /** Undefined when Redis doesn't answer soon. A look that still waits for its answer is not followed by another. */
  async function seeInTime(queues: readonly QueueAddress[]): Promise<readonly QueueSight[] | undefined> {
    let sights: readonly QueueSight[] | undefined;
    if (seeing === undefined) {
      seeing = see(queues)
        .then((seen) => {
          sights = seen;
        })
        .finally(() => {
          seeing = undefined;
        });
    }
    await withinMs(Math.min(LOOK_TIMEOUT_MS, limitMs), seeing);
    // The watchdog's own connection may be the deaf one.
    if (sights === undefined && eye?.status === 'ready') eye.disconnect(true);
    return sights;
  }

  /** @throws what Redis says when it is not well */
  async function see(queues: readonly QueueAddress[]): Promise<readonly QueueSight[]> {
    if (eye === undefined) return [];
    const sights = await lookAtQueues(eye, queues);
    // To take a job is to write: a Redis that only answers reads is not well.
    await eye.set(heartbeatKey(workspace, `${workerId}:watchdog`), '1', 'PX', MOST_INTERVAL_MS);
    return sights;
  }

  function judgeQueue(queue: QueueAddress, sight: QueueSight, nowMs: number): void {
    const before = traces.get(queue.name);
    const suspectedMs = before?.suspicion.stuckSinceMs ?? nowMs;
    const isMoving = (takenAtMs.get(queue.name) ?? 0) >= suspectedMs || before?.next !== sight.next;
    const { suspicion, action } = judgeSuspicion({
      before: before?.suspicion ?? {},
      isStuck: sight.isIdle && !isMoving,
      nowMs,
      limitMs,
    });
    traces.set(queue.name, { suspicion, next: sight.next });
    if (action === 'none') return;
    const what = `the consumer of ${queue.name} to take a waiting job`;
    if (action === 'give-up') {
      giveUp(what);
      return;
    }
    options.onError(new Error(`expected ${what} within ${limitMs} ms, it did not; it is made anew`), queue.name);
    options.rebuild(queue);
  }

  function isLate(nowMs: number): boolean {
    return nowMs - beatenAtMs > LATE_BEAT_MS;
  }

  function judgeHeartbeat(nowMs: number): void {
    const { suspicion, action } = judgeSuspicion({
      before: traces.get(HEARTBEAT)?.suspicion ?? {},
      isStuck: isLate(nowMs),
      nowMs,
      limitMs,
    });
    traces.set(HEARTBEAT, { suspicion, next: undefined });
    if (action === 'none') return;
    const what = `a heartbeat of ${workspace} through a Redis that answers`;
    if (action === 'give-up') {
      giveUp(what);
      return;
    }
    const error = new Error(`expected ${what} within ${limitMs} ms, there was none; the connection is made anew`);
    options.onError(error, `${workspace} heartbeat`);
    // What waits for an answer is sent again by ioredis; our scripts and BullMQ's bear it.
    if (redis.status === 'ready') redis.disconnect(true);
  }

  function giveUp(what: string): void {
    stop();
    options.onFatal(new WorkerStuckError(what, limitMs));
  }

  function forgive(): void {
    traces.clear();
    beatenAtMs = performance.now();
  }

  function schedule(): void {
    timer = setTimeout(() => {
      void look()
        .catch((error: Error) => {
          forgive();
          if (!isOver) options.onError(error, `${workspace} watchdog`);
        })
        .then(() => {
          if (!isOver) schedule();
        });
    }, intervalMs);
  }

  function stop(): void {
    isOver = true;
    clearTimeout(timer);
    eye?.disconnect();
  }

  return {
    start() {
      eye = redis.duplicate();
      // The connection that it watches reports the same outage.
      eye.on('error', () => undefined);
      beatenAtMs = performance.now();
      lookedAtMs = beatenAtMs;
      schedule();
    },
    stop,
    taken: (queueName) => void takenAtMs.set(queueName, performance.now()),
    beaten() {
      beatenAtMs = performance.now();
    },
  };
}
