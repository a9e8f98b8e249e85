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
  /** hash: queue -> the consumer that began its last batch, so that one that comes back learns that another one was there. */
  readonly consumers: string;
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
  /** hash: `bytes` of all packs in the journal's queue, and pack id -> its bytes, by which the queue is bounded. */
  readonly journal: string;
  /** stream: who changed what, newest last, capped. */
  readonly audit: string;
  /** sorted set: id of a worker that an operator told to be quiet -> time of its last beat in ms. */
  readonly quietWorkers: string;
  /** list: `<ms> <version>` of the first worker of each version after another one, newest first, capped. */
  readonly deploys: string;
  /** hash: fingerprint of a group of failures -> JSON of what an operator decided about it. */
  readonly errorGroups: string;
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
    consumers: `${prefix}:consumers`,
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
    journal: `${prefix}:journal`,
    audit: `${prefix}:audit`,
    quietWorkers: `${prefix}:quiet-workers`,
    deploys: `${prefix}:deploys`,
    errorGroups: `${prefix}:error-groups`,
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

/**
 * hash with TTL: reporting webhooks that were taken, by the middle of their event ids. The ends of an id choose the hash: nine hours
 * of time and one of 1,024, so that Redis packs each of them; an id costs 21 bytes instead of the 100 of a key of its own.
 */
export function webhooksTakenKey(workspace: string, eventId: string): string {
  return `${queuePrefix(workspace)}:webhooks-taken:${eventId.slice(0, 5)}:${eventId.slice(-2)}`;
}

/** string with TTL: a reporting webhook whose event id is no ULID, or that can't be read, was taken. */
export function webhookTakenKey(workspace: string, digest: string): string {
  return `${queuePrefix(workspace)}:webhook-taken:${digest}`;
}

/** string with TTL: requests of a key or an address in the current window of the gateway's rate limit. */
export function gatewayLimitKey(workspace: string, subject: string): string {
  return `${queuePrefix(workspace)}:gateway-limit:${subject}`;
}

/** hash with TTL: the gateway's spam report of one minute or hour: JSON `[subject, count]` or `[subject, "name", name]` -> number. */
export function gatewayReportKey(workspace: string, bucket: string): string {
  return `${queuePrefix(workspace)}:gateway-report:${bucket}`;
}

/** stream: what became of operations, newest last, capped: the live tail. */
export function outcomesKey(workspace: string): string {
  return `${queuePrefix(workspace)}:outcomes`;
}

/** string with TTL: the workspace that a person's operations go to, where regions choose it. The person is a digest. */
export function regionKey(workspace: string, digest: string): string {
  return `${queuePrefix(workspace)}:region:${digest}`;
}
