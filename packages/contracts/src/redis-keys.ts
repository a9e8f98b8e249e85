/**
 * Every Redis key of ours, in one place: producers and workers of different versions meet here.
 *
 * All keys of a workspace share the hash tag `{cio:<workspace>}`, so on Redis Cluster a workspace lives in one slot and one
 * script can touch lane, fallback, holds and ledger together.
 */

/** BullMQ's `prefix` option for every queue of a workspace. */
export function queuePrefix(workspace: string): string {
  return `{cio:${workspace}}`;
}

/** What BullMQ's keys of one queue begin with, the trailing colon included. */
export function queueKeyPrefix(workspace: string, queueName: string): string {
  return `${queuePrefix(workspace)}:${queueName}:`;
}

/** The keys of our own that belong to one workspace. */
export interface WorkspaceKeys {
  /** string: the number of lanes, fixed by the first process of the workspace. */
  readonly lanes: string;
  /** string with TTL: the number of lanes that it is being changed to; meanwhile nothing is accepted. */
  readonly nextLanes: string;
  /** string: the most lanes that the workspace ever had; workers consume as many. */
  readonly mostLanes: string;
  /** hash: lane key of a person -> number of its operations in fallback. */
  readonly held: string;
  /** hash: operations by final state, and how many were accepted. See `LEDGER_FIELDS`. */
  readonly ledger: string;
  /** hash: `<queue>:operations` and `<queue>:bytes` that wait in each queue. */
  readonly waiting: string;
  /**
   * string: the ULID of the last erasure mark, so that a guard notices a new one cheaply. (A counter could come back to an old
   * value in a Redis that came back older.)
   */
  readonly erasures: string;
  /** hash: reason code -> operations that are dead letters for it now. */
  readonly deadLetterReasons: string;
  /** sorted set: worker id -> time of its last heartbeat in ms. */
  readonly workers: string;
  /** hash: the workspace's request budget (`requestsPerSecond`, `current`, ...). */
  readonly rate: string;
  /** string: `open` or `closed` while an operator holds every breaker of the workspace so. */
  readonly circuitOverride: string;
  /** hash: brake id -> JSON of an operator's hold or discard. */
  readonly brakes: string;
  /** string: a ULID that changes with every change of the brakes, so that workers notice one cheaply. */
  readonly brakesVersion: string;
  /** hash: brake id -> operations that it stopped so far. */
  readonly brakeCounts: string;
  /** hash: `<side>:<lane key>` of a person -> number of its operations in that side of parked. */
  readonly parked: string;
  /** hash: `turn` (its parity is the side of parked that is the shelf), `since` (ms), `swept` (version of the brakes). */
  readonly shelf: string;
  /** stream: who changed what, newest last, capped. */
  readonly audit: string;
}

export function workspaceKeys(workspace: string): WorkspaceKeys {
  const prefix = queuePrefix(workspace);
  return {
    lanes: `${prefix}:lanes`,
    nextLanes: `${prefix}:lanes:next`,
    mostLanes: `${prefix}:lanes:most`,
    held: `${prefix}:held`,
    ledger: `${prefix}:ledger`,
    waiting: `${prefix}:waiting`,
    erasures: `${prefix}:erasures`,
    deadLetterReasons: `${prefix}:dead-letter-reasons`,
    workers: `${prefix}:workers`,
    rate: `${prefix}:rate`,
    circuitOverride: `${prefix}:circuit-override`,
    brakes: `${prefix}:brakes`,
    brakesVersion: `${prefix}:brakes-version`,
    brakeCounts: `${prefix}:brake-counts`,
    parked: `${prefix}:parked`,
    shelf: `${prefix}:shelf`,
    audit: `${prefix}:audit`,
  };
}

/** string with TTL: the ULID of the newest accepted suppress or delete of a person. */
export function erasureKey(workspace: string, laneKey: string): string {
  return `${queuePrefix(workspace)}:erased:${laneKey}`;
}

/** string with TTL: the last sequence number that a producer run wrote to a lane. */
export function sequenceKey(workspace: string, lane: number, run: string): string {
  return `${queuePrefix(workspace)}:sequence:${lane}:${run}`;
}

/** string (JSON) with TTL: the last heartbeat of a worker. */
export function heartbeatKey(workspace: string, workerId: string): string {
  return `${queuePrefix(workspace)}:worker:${workerId}`;
}

/** string with TTL: the ULID of the first operation of a person that carried an idempotency key. */
export function idempotencyClaimKey(workspace: string, laneKey: string, idempotencyKey: string): string {
  return `${queuePrefix(workspace)}:idempotency:${laneKey}:${idempotencyKey}`;
}
