import {
  type Brake,
  deadLetterQueueName,
  fallbackQueueName,
  heartbeatKey,
  type Ledger,
  laneQueueName,
  ledgerResidue,
  parkedQueueName,
  queueKeyPrefix,
  readLedger,
  workspaceKeys,
} from '@cio-fleet/contracts';
import type { Redis } from 'ioredis';
import { brakesOf } from '../brakes/read-brakes.ts';
import { type ParkedSide, shelfOf } from '../parking.ts';
import { type Circuit, worstCircuit } from './circuit.ts';
import { numberOf } from './loose-json.ts';
import { headCommand, headOf, QUEUE_COMMANDS, type QueueState, queueCommands, readQueueState } from './queue-state.ts';
import { hashOf, roundTrip, snapshot } from './round-trip.ts';
import { parseHeartbeat, type WorkerState } from './worker-state.ts';

export interface LaneState extends QueueState {
  readonly lane: number;
  /** Id of the live worker that the lane is assigned to; `null` when nobody consumes it. */
  readonly owner: string | null;
}

export interface FallbackState extends QueueState {
  /** Persons whose later operations follow into fallback, so that order holds. */
  readonly heldPersons: number;
}

/** What operators hold, and what is on its way out since they released it. */
export interface ParkedState {
  /** Operations of both sides. */
  readonly operations: number;
  readonly bytes: number;
  /** Persons whose later operations follow there. One on its way from side to side counts twice. */
  readonly persons: number;
  readonly oldestWaitingMs: number | null;
  /** The side that keeps what is held; the other one is being emptied. */
  readonly shelf: ParkedSide;
  /** By side. */
  readonly sides: readonly [QueueState, QueueState];
}

/** A brake in force. */
export interface BrakeState extends Brake {
  /** Operations that it discarded, or parked. Those that only follow a parked one don't count. */
  readonly stopped: number;
}

export interface DeadLetterState {
  /** Dead letters that rest. */
  readonly deadLetters: number;
  /**
   * Operations that the ledger counts as dead-lettered: a storm of one reason is packed by the hundred, and those of dead letters that
   * were removed after 30 days are still counted. So it says nothing of what can be redriven.
   */
  readonly operations: number;
  /** Dead letters on their way back to their lanes. */
  readonly redriving: number;
  /** How long ago the oldest was dead-lettered, in ms. */
  readonly oldestMs: number | null;
  /** The same operations by reason, most first. */
  readonly reasons: readonly { readonly code: string; readonly operations: number }[];
}

/** The request budget of a workspace; `null` where no worker has written it yet. */
export interface RateState {
  readonly requestsPerSecond: number | null;
  /** What the budget has adapted to. */
  readonly current: number | null;
}

/** Everything that a page, a command or a metric shows of one workspace. */
export interface FleetState {
  readonly workspace: string;
  /** When it was read, by Redis's clock, in ms since the epoch. */
  readonly at: number;
  readonly workers: readonly WorkerState[];
  /** The worst circuit of all live workers; without one it reads OPEN. */
  readonly circuit: Circuit;
  readonly lanes: readonly LaneState[];
  readonly fallback: FallbackState;
  readonly parked: ParkedState;
  /** Brakes in force, oldest first. */
  readonly brakes: readonly BrakeState[];
  readonly deadLetters: DeadLetterState;
  readonly ledger: Ledger;
  /** What the ledger can't account for; anything but 0 is a fault. */
  readonly residue: number;
  readonly rate: RateState;
}

/**
 * Reads the state of a workspace: three round trips, O(lanes + workers), never a scan, and nothing is written. The ledger's
 * parts are read in one step, so its residue is exact at any load.
 */
export async function readFleetState(redis: Redis, workspace: string): Promise<FleetState> {
  const keys = workspaceKeys(workspace);
  const deadLetterPrefix = queueKeyPrefix(workspace, deadLetterQueueName(workspace));
  const [lanes, ledgerHash, waitingHash, workerIds, reasons, rate, heldPersons, time, ...rest] = await snapshot(
    redis,
    keys.lanes,
    [
      ['GET', keys.lanes],
      ['HGETALL', keys.ledger],
      ['HGETALL', keys.waiting],
      ['ZRANGE', keys.workers, 0, -1],
      ['HGETALL', keys.deadLetterReasons],
      ['HGETALL', keys.rate],
      ['HLEN', keys.held],
      ['TIME'],
      ['ZCARD', `${deadLetterPrefix}failed`],
      ['LLEN', `${deadLetterPrefix}wait`],
      ['LLEN', `${deadLetterPrefix}active`],
      ['ZRANGE', `${deadLetterPrefix}failed`, 0, 0, 'WITHSCORES'],
      ['HGETALL', keys.brakes],
      ['HGETALL', keys.brakeCounts],
      ['HLEN', keys.parked],
      ['HGET', keys.shelf, 'turn'],
    ],
  );
  const [dead, [brakes, brakeCounts, parkedPersons, turn]] = [rest.slice(0, 4), rest.slice(4)];
  const waiting = hashOf(waitingHash);
  const ids = workerIds as string[];
  const laneNames = Array.from({ length: Number(lanes ?? 0) }, (_, lane) => laneQueueName(workspace, lane));
  const queues = [
    ...laneNames,
    fallbackQueueName(workspace),
    parkedQueueName(workspace, 0),
    parkedQueueName(workspace, 1),
  ];

  const second = await roundTrip(redis, [
    ...queues.flatMap((queue) => queueCommands(workspace, queue)),
    ...ids.map((id) => ['GET', heartbeatKey(workspace, id)] as const),
  ]);
  const answersOf = (index: number) => second.slice(index * QUEUE_COMMANDS, (index + 1) * QUEUE_COMMANDS);
  const workers = ids
    .map((id, index) => parseHeartbeat(id, second[queues.length * QUEUE_COMMANDS + index] as string | null))
    .filter((worker) => worker !== undefined);

  const heads = queues.map((queue, index) => ({ queue, jobId: headOf(answersOf(index)) }));
  const present = heads.filter((head): head is { queue: string; jobId: string } => head.jobId !== undefined);
  const third = await roundTrip(
    redis,
    present.map(({ queue, jobId }) => headCommand(workspace, queue, jobId)),
  );
  const headByQueue = new Map(present.map(({ queue }, index) => [queue, third[index]]));

  const nowMs = timeMs(time);
  const states = queues.map((queue, index) =>
    readQueueState({ queue, waiting, answers: answersOf(index), head: headByQueue.get(queue), nowMs }),
  );
  const ledger = readLedger(hashOf(ledgerHash), waiting);
  return {
    workspace,
    at: nowMs,
    workers,
    circuit: worstCircuit(workers.map((worker) => worker.circuit)),
    lanes: states.slice(0, laneNames.length).map((state, lane) => ({ ...state, lane, owner: ownerOf(lane, workers) })),
    fallback: { ...(states[laneNames.length] as QueueState), heldPersons: Number(heldPersons) },
    parked: readParkedState(
      states.slice(laneNames.length + 1) as [QueueState, QueueState],
      Number(parkedPersons),
      Number(turn ?? 0),
    ),
    brakes: readBrakeStates(hashOf(brakes), hashOf(brakeCounts), nowMs),
    deadLetters: readDeadLetterState({ dead, reasons, nowMs, operations: ledger['dead-lettered'] }),
    ledger,
    residue: ledgerResidue(ledger),
    rate: readRateState(hashOf(rate)),
  };
}

function ownerOf(lane: number, workers: readonly WorkerState[]): string | null {
  return workers.find((worker) => !worker.quiet && worker.lanes.includes(lane))?.id ?? null;
}

function readParkedState(sides: readonly [QueueState, QueueState], persons: number, turn: number): ParkedState {
  const ages = sides.flatMap(({ oldestWaitingMs }) => oldestWaitingMs ?? []);
  return {
    operations: sides[0].operations + sides[1].operations,
    bytes: sides[0].bytes + sides[1].bytes,
    persons,
    oldestWaitingMs: ages.length === 0 ? null : Math.max(...ages),
    shelf: shelfOf(turn),
    sides,
  };
}

function readBrakeStates(
  brakes: Readonly<Record<string, string>>,
  counts: Readonly<Record<string, string>>,
  nowMs: number,
): readonly BrakeState[] {
  return brakesOf(brakes)
    .filter(({ expiresAt }) => expiresAt === undefined || nowMs < expiresAt)
    .map((brake) => ({ ...brake, stopped: Number(counts[brake.id] ?? 0) }));
}

function readDeadLetterState(facts: {
  readonly dead: readonly unknown[];
  readonly reasons: unknown;
  readonly nowMs: number;
  readonly operations: number;
}): DeadLetterState {
  const [resting, waiting, active, oldest] = facts.dead;
  const oldestAt = numberOf((oldest as (string | string[])[]).flat()[1]);
  return {
    deadLetters: Number(resting),
    operations: facts.operations,
    redriving: Number(waiting) + Number(active),
    oldestMs: oldestAt === null ? null : Math.max(0, facts.nowMs - oldestAt),
    reasons: Object.entries(hashOf(facts.reasons))
      .map(([code, operations]) => ({ code, operations: Number(operations) }))
      .filter(({ operations }) => operations > 0)
      .sort((left, right) => right.operations - left.operations || left.code.localeCompare(right.code)),
  };
}

function readRateState(hash: Readonly<Record<string, string>>): RateState {
  return { requestsPerSecond: numberOf(hash.requestsPerSecond), current: numberOf(hash.current) };
}

function timeMs(answer: unknown): number {
  const [seconds, microseconds] = answer as [string, string];
  return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
}
