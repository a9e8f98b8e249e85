import { type QueuedOperation, redisErrorCode } from '@cio-fleet/contracts';
import type { Breaker, Courier } from '@cio-fleet/delivery';
import { createIdentifyMemory } from '@cio-fleet/delivery';
import type { Redis } from 'ioredis';
import { assignLanes, assignOne } from './assignment.ts';
import { createBrakeView } from './brakes/brake-set.ts';
import { readBrakes } from './brakes/read-brakes.ts';
import { createDeadLetterAllowance } from './dead-letter.ts';
import { createFleetClock } from './fleet-clock.ts';
import { readProgress } from './head-progress.ts';
import type { HeadDependencies, HeadRun, HeadTracer, SettledBatch } from './head-run.ts';
import { HEARTBEAT_INTERVAL_MS, type Heartbeat } from './heartbeat.ts';
import type { LanePolicy } from './lane-policy.ts';
import { createLaneState } from './lane-state.ts';
import { makeRoom } from './make-room.ts';
import { assertFence, beat, leave, type Membership } from './membership.ts';
import { processDeadLetter } from './process-dead-letter.ts';
import { processHead } from './process-head.ts';
import {
  allQueues,
  deadLetterAddress,
  fallbackAddress,
  laneAddress,
  parkedAddresses,
  type QueueAddress,
} from './queue-address.ts';
import { createQueueWorker, type JobResult, type QueueWorker, type StartedJob } from './queue-worker.ts';
import { createRedisLaneStore } from './redis-lane-store.ts';
import { repairUnreadableHead } from './repair.ts';
import { sleep, withinMs } from './sleep.ts';
import { createWatchdog } from './watchdog.ts';

export interface LaneFleetOptions {
  readonly workspace: string;
  readonly workerId: string;
  /** For scripts and, shared, for BullMQ. `maxRetriesPerRequest: null`. */
  readonly redis: Redis;
  readonly courier: Courier;
  readonly breaker: Breaker;
  readonly policy: LanePolicy;
  readonly lockMs: number;
  readonly stalledCheckMs: number;
  /** How long a stop may take in ms: a request that hangs is aborted after two thirds of it. @defaultValue 25_000 */
  readonly stopDeadlineMs: number;
  /** The number of lanes if this is the first process of the workspace. */
  readonly defaultLanes: number;
  /** What the heartbeat says beside what the fleet knows itself. */
  readonly describe: () => Omit<Heartbeat, 'id' | 'at' | 'lanes' | 'fallback' | 'deadLetter' | 'quiet' | 'circuit'>;
  /** Surrounds each start of a head on lanes and fallback, e.g. with a span. @defaultValue nothing does */
  readonly traceHead?: HeadTracer;
  readonly onSettled: (batch: SettledBatch) => void;
  /** See `HeadDependencies`. @defaultValue none */
  readonly onSettling?: HeadDependencies['onSettling'];
  /** @defaultValue nobody is told */
  readonly onAttemptFailed?: HeadDependencies['onAttemptFailed'];
  readonly onRedriven: (workspace: string, operations: readonly QueuedOperation[]) => void;
  readonly onError: (error: Error, queueName: string) => void;
  /** Mends what is stuck after `limitMs`, and asks for the end of the process when that didn't help. @defaultValue none */
  readonly watchdog?: { readonly limitMs: number; readonly onFatal: (error: Error) => void };
  /** @defaultValue Redis's clock, see `FleetClock` */
  readonly now?: () => number;
  readonly random?: () => number;
}

/** This process's part of a workspace's lanes: it beats, takes its share, and hands it back. */
export interface LaneFleet {
  readonly name: string;
  start(): Promise<void>;
  /** Takes no new work, lets heads in work end, and gives the lanes to the others. What still hangs is aborted in time. */
  stop(): Promise<void>;
  /** Lanes that this process consumes now. */
  lanes(): readonly number[];
  /** Whether every queue of its share has a consumer. */
  isConsuming(): boolean;
  /** When the last beat succeeded, in ms; 0 before the first. */
  lastBeatAt(): number;
}

/** Dead letters of one reason and minute that get a job of their own; the rest goes packed. */
const SINGLE_DEAD_LETTERS_PER_MINUTE = 1000;

/** Part of the stop deadline that handing back may take: others of the process stop after us. */
const HAND_BACK_SHARE = 0.8;

/** How often room is made in a Redis that has none, in ms. */
const ROOM_INTERVAL_MS = 1000;

export function createLaneFleet(options: LaneFleetOptions): LaneFleet {
  const { workspace, workerId, redis, breaker, policy } = options;
  const clock = createFleetClock();
  const now = options.now ?? clock.now;
  const random = options.random ?? Math.random;
  const aborter = new AbortController();
  const allowance = createDeadLetterAllowance(SINGLE_DEAD_LETTERS_PER_MINUTE, now);
  const brakes = createBrakeView(() => readBrakes(redis, workspace));
  const workers = new Map<string, QueueWorker>();
  /** Stops of consumers that are ours no longer. */
  const ending = new Set<Promise<void>>();
  let membership: Membership | undefined;
  let quiet = false;
  let lastBeatAt = 0;
  let relievedAtMs = Number.NEGATIVE_INFINITY;
  let beating: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let unsubscribe: (() => void) | undefined;

  function headProcessor(queue: HeadDependencies['queue']): (job: StartedJob) => Promise<JobResult> {
    const deps: HeadDependencies = {
      queue,
      store: createRedisLaneStore({ redis, queue, lockMs: options.lockMs }),
      brakes,
      courier: options.courier,
      circuit: () => breaker.status.state,
      lane: createLaneState(),
      // It lives as long as this process has the lane: another owner may deliver what we don't see.
      memory: createIdentifyMemory({ now }),
      policy,
      deadLetterAllowance: allowance,
      now,
      random,
      linger,
      onSettling: options.onSettling,
      onSettled: options.onSettled,
      onAttemptFailed: options.onAttemptFailed,
    };
    return ({ id, token, data, progress, stalledCounter }) => {
      const read = readProgress(progress);
      const run: HeadRun = {
        lease: { jobId: id, token },
        data,
        progress: read,
        stalledCounter,
        signal: aborter.signal,
      };
      const process = () => processHead(run, deps);
      // A settled head only leaves, and what is parked looks around once a second: neither is worth a span.
      const isDull = read.state === 'settled' || queue.role === 'parked';
      if (options.traceHead === undefined || isDull) return process();
      return options.traceHead({ queue: queue.name, jobId: id, stalls: stalledCounter }, process);
    };
  }

  async function linger(ms: number, signal: AbortSignal): Promise<void> {
    const closing = new AbortController();
    const unsubscribeLinger = breaker.onChange(() => closing.abort());
    await sleep(ms, AbortSignal.any([signal, closing.signal]));
    unsubscribeLinger();
  }

  function deadLetterProcessor(queue: QueueAddress): (job: StartedJob) => Promise<JobResult> {
    const store = createRedisLaneStore({ redis, queue, lockMs: options.lockMs });
    return ({ id, token, data, progress, attemptsMade }) =>
      processDeadLetter(
        { lease: { jobId: id, token }, data, progress: readProgress(progress), attemptsMade },
        {
          workspace,
          lanes: membership?.lanes ?? options.defaultLanes,
          store,
          now,
          onRedriven: (operations) => options.onRedriven(workspace, operations),
        },
      );
  }

  function consume(queue: QueueAddress): QueueWorker {
    const { role } = queue;
    const process = role === 'dead-letter' ? deadLetterProcessor(queue) : headProcessor({ ...queue, role });
    const { lockMs, stalledCheckMs } = options;
    const onError = (error: Error) => report(error, queue.name);
    const watched = (job: StartedJob) => {
      watchdog?.taken(queue.name);
      return process(job);
    };
    return createQueueWorker({ queue, workerId, redis, lockMs, stalledCheckMs, process: watched, onError });
  }

  /** Tells of an error; where Redis has no memory left it gets some back. */
  function report(error: Error, queueName: string): void {
    options.onError(error, queueName);
    if (redisErrorCode(error) !== 'OOM' || performance.now() - relievedAtMs < ROOM_INTERVAL_MS) return;
    relievedAtMs = performance.now();
    const queues = allQueues(workspace, membership?.consumedLanes ?? options.defaultLanes);
    makeRoom(redis, workspace, queues).catch((error: Error) => options.onError(error, `${workspace} room`));
  }

  /** A second consumer beside one that only seemed stuck is harmless: the lock and global concurrency 1 keep order. */
  function rebuild(queue: QueueAddress): void {
    workers.get(queue.name)?.abandon();
    const worker = consume(queue);
    workers.set(queue.name, worker);
    worker.start();
  }

  /** The queues that are ours by the last beat; none once we are quiet, or told to be: then we are not in `workers`. */
  function share(): readonly QueueAddress[] {
    if (membership === undefined || quiet) return [];
    const { consumedLanes, workers: live } = membership;
    const own = assignLanes(consumedLanes, live).get(workerId) ?? [];
    return [
      ...own.map((index) => laneAddress(workspace, index)),
      ...[fallbackAddress(workspace), ...parkedAddresses(workspace), deadLetterAddress(workspace)].filter(
        (queue) => assignOne(queue.name, live) === workerId,
      ),
    ];
  }

  function ownLanes(): readonly number[] {
    return [...workers.values()]
      .filter(({ queue }) => queue.role === 'lane')
      .map(({ queue }) => Number(queue.name.slice(queue.name.lastIndexOf('.') + 1)));
  }

  function heartbeat(): Heartbeat {
    return {
      id: workerId,
      at: 0,
      ...options.describe(),
      lanes: ownLanes(),
      fallback: workers.has(fallbackAddress(workspace).name),
      deadLetter: workers.has(deadLetterAddress(workspace).name),
      quiet: quiet || membership?.isQuiet === true,
      circuit: breaker.status,
    };
  }

  async function beatOnce(): Promise<void> {
    membership = await beat(redis, workspace, heartbeat(), options.defaultLanes);
    // A stop that came meanwhile hands back what there is.
    if (quiet) return;
    clock.observe(membership.redisMs);
    lastBeatAt = Date.now();
    breaker.override(membership.circuitOverride);
    watchdog?.beaten();
    const queues = share();
    await assertFence(redis, allQueues(workspace, membership.consumedLanes));
    const names = new Set(queues.map(({ name }) => name));
    for (const [name, worker] of workers) {
      if (names.has(name)) continue;
      workers.delete(name);
      letGo(worker);
    }
    for (const queue of queues) {
      if (workers.has(queue.name)) continue;
      const worker = consume(queue);
      workers.set(queue.name, worker);
      worker.start();
      // Who had it may have made it sleep long before Customer.io was back, and our breaker never opened.
      if (queue.role === 'fallback') wakeFallbackSafely();
    }
    await Promise.all(queues.map((queue) => repairUnreadableHead(redis, queue)));
  }

  /** Not awaited here: its head may be in the middle of a request, and the new owner can't start it before we let go. */
  function letGo(worker: QueueWorker): void {
    const end = worker
      .stop()
      .catch((error: Error) => options.onError(error, worker.queue.name))
      .finally(() => ending.delete(end));
    ending.add(end);
  }

  function beatSafely(): Promise<void> {
    return beatOnce().catch((error: Error) => report(error, `${workspace} heartbeat`));
  }

  function schedule(): void {
    timer = setTimeout(() => {
      beating = beatSafely();
      void beating.then(() => {
        if (!quiet) schedule();
      });
    }, HEARTBEAT_INTERVAL_MS);
  }

  async function handBack(): Promise<void> {
    await beating;
    // First out of the list: the others take our lanes over while our heads end.
    await leave(redis, workspace, workerId).catch((error: Error) => options.onError(error, `${workspace} heartbeat`));
    await Promise.all([...ending, ...[...workers.values()].map((worker) => worker.stop())]);
    workers.clear();
  }

  /** Fallback and parked sleep long; they are looked at again at once when the circuit lets requests through. */
  async function wakeFallback(): Promise<void> {
    const queues = [fallbackAddress(workspace), ...parkedAddresses(workspace)];
    await redis.del(...queues.map(({ keyPrefix }) => `${keyPrefix}limiter`));
  }

  function wakeFallbackSafely(): void {
    wakeFallback().catch((error: Error) => options.onError(error, fallbackAddress(workspace).name));
  }

  const watchdog =
    options.watchdog === undefined
      ? undefined
      : createWatchdog({
          ...options.watchdog,
          workspace,
          workerId,
          redis,
          queues: () => [...workers.values()].map(({ queue }) => queue),
          rebuild,
          onError: options.onError,
        });

  return {
    name: `lanes of ${workspace}`,
    async start() {
      unsubscribe = breaker.onChange(({ state }) => {
        if (state !== 'OPEN') wakeFallbackSafely();
      });
      watchdog?.start();
      // Redis may be full or away: then it is tried again each second, and `isConsuming` says so.
      await beatSafely();
      schedule();
    },
    async stop() {
      quiet = true;
      clearTimeout(timer);
      watchdog?.stop();
      unsubscribe?.();
      const aborting = setTimeout(() => aborter.abort(), (options.stopDeadlineMs * 2) / 3);
      // Redis may be away, and then nothing can be handed back: the locks run out, and another worker takes the heads over.
      await withinMs(options.stopDeadlineMs * HAND_BACK_SHARE, handBack());
      clearTimeout(aborting);
    },
    lanes: ownLanes,
    isConsuming: () => membership !== undefined && share().every(({ name }) => workers.has(name)),
    lastBeatAt: () => lastBeatAt,
  };
}
