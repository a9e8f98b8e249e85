import type { Brake } from '@cio-fleet/contracts';
import { type CircuitState, createIdentifyMemory } from '@cio-fleet/delivery';
import { type BrakeView, createBrakeView } from '../../src/brakes/brake-set.ts';
import type { HeadDependencies } from '../../src/head-run.ts';
import { DEFAULT_LANE_POLICY } from '../../src/lane-policy.ts';
import { createLaneState } from '../../src/lane-state.ts';
import type { FinishReply } from '../../src/lane-store.ts';
import { processDeadLetter } from '../../src/process-dead-letter.ts';
import { processHead } from '../../src/process-head.ts';
import type { QueueAddress } from '../../src/queue-address.ts';
import { type Actor, createActor } from './actor.ts';
import { createModelCourier } from './model-courier.ts';
import { createModelStore } from './model-store.ts';
import type { World } from './world.ts';

/** One worker's consumer of one queue. */
export interface Consumer {
  readonly world: World;
  readonly actor: Actor;
  readonly queue: QueueAddress;
  circuit: CircuitState;
  /** The erasures as the last check before a send saw them. */
  erasuresAtGuard: ReadonlyMap<string, string>;
  /** The brakes as the last check before a send saw them. */
  brakesAtGuard: readonly Brake[];
  /** All brakes that this run has decided by. */
  brakesOfRun: readonly Brake[];
  lastReply: FinishReply | undefined;
  lastFinishMoved: boolean;
}

type Result = { readonly kind: 'complete' | 'wait' | 'fail' };
type Process = (start: Start) => Promise<Result>;
type Start = { readonly token: string; readonly job: NonNullable<ReturnType<World['redis']['take']>> };

/** Small numbers, so that a short run meets every bound. */
const POLICY = {
  ...DEFAULT_LANE_POLICY,
  retries: 1,
  retryBaseMs: 4,
  fallbackBaseMs: 4,
  fallbackCapMs: 8,
  setupBaseMs: 8,
  setupCapMs: 16,
  laneDelayCapMs: 16,
  laneMaxBytes: 4,
  openLingerMs: 1,
  maxBatchOperations: 8,
  isolateAfterAttempts: 2,
  maxLoneFailures: 2,
};

export function createConsumer(world: World, queue: QueueAddress, name: string): Consumer {
  const consumer: Consumer = {
    world,
    actor: createActor(name, () => consume(consumer, process)),
    queue,
    circuit: 'CLOSED',
    erasuresAtGuard: new Map(),
    brakesAtGuard: [],
    brakesOfRun: [],
    lastReply: undefined,
    lastFinishMoved: false,
  };
  const process =
    queue.role === 'dead-letter' ? deadLetters(consumer) : heads(consumer, { ...queue, role: queue.role });
  return consumer;
}

/** What a BullMQ worker does: fetch, run, and put the job where the result says, each as a step of its own. */
async function consume(consumer: Consumer, process: Process): Promise<void> {
  const { world, actor, queue } = consumer;
  const { redis, mutation } = world;
  for (let starts = 1; ; starts += 1) {
    actor.token = undefined;
    await actor.pause();
    const token = mutation === 'token-per-worker' ? actor.name : `${actor.name}:${starts}`;
    const job = redis.take(queue.name, token);
    if (job === undefined) continue;
    actor.token = token;
    consumer.lastReply = undefined;
    consumer.brakesOfRun = [];
    world.say(
      `${token} takes ${queue.name}#${job.id}${job.isSettled ? ' (settled)' : ''} ${job.operations.map(({ id }) => id)}`,
    );
    const result = await process({ token, job }).catch((error: Error): Result => {
      // As the adapter to BullMQ does; only the model's own trouble is expected here.
      if (!error.message.startsWith('Redis went away')) throw error;
      return { kind: 'wait' };
    });
    await actor.pause();
    if (result.kind === 'complete' || completesEarly(consumer)) redis.complete(queue.name, job.id, token);
    else if (result.kind === 'fail') redis.fail(queue.name, job.id, token);
    else redis.giveBack(queue.name, job.id, token);
  }
}

function completesEarly({ world, queue, lastReply, lastFinishMoved }: Consumer): boolean {
  if (lastReply !== 'ok' && lastReply !== 'done') return false;
  if (world.mutation === 'completes-at-once') return true;
  if (world.mutation === 'plain-redrive') return queue.role === 'dead-letter';
  return world.mutation === 'hands-back-sometimes' && queue.role === 'lane' && !lastFinishMoved;
}

function heads(consumer: Consumer, queue: HeadDependencies['queue']): Process {
  const { world, actor } = consumer;
  const deps: HeadDependencies = {
    queue,
    store: createModelStore(consumer, queue.name),
    brakes: brakeViewOf(consumer),
    courier: createModelCourier(consumer),
    circuit: () => consumer.circuit,
    lane: createLaneState(),
    memory: createIdentifyMemory({ now: world.now }),
    policy: POLICY,
    deadLetterAllowance: (_, wanted) => Math.min(wanted, world.random.below(3)),
    now: world.now,
    random: world.random.next,
    linger: () => actor.pause(),
    onSettled: () => {},
  };
  const { signal } = new AbortController();
  return ({ token, job: { id, data, progress, stalledCounter } }) =>
    processHead({ lease: { jobId: id, token }, data, progress, stalledCounter, signal }, deps);
}

function brakeViewOf(consumer: Consumer): BrakeView {
  const { world, actor } = consumer;
  const view = createBrakeView(async () => {
    await actor.pause();
    const { brakes, brakesVersion } = world.redis.state;
    consumer.brakesAtGuard = brakes;
    return { version: brakesVersion, brakes };
  });
  return {
    async at(version) {
      const set = await view.at(version);
      consumer.brakesOfRun = [...consumer.brakesOfRun, ...set.brakes];
      return set;
    },
  };
}

function deadLetters(consumer: Consumer): Process {
  const { world, queue } = consumer;
  const store = createModelStore(consumer, queue.name);
  const { workspace } = queue;
  const deps = { workspace, lanes: world.lanes, store, now: world.now, onRedriven: () => {} };
  return ({ token, job: { id, data, progress, attemptsMade } }) =>
    processDeadLetter({ lease: { jobId: id, token }, data, progress, attemptsMade }, deps);
}
