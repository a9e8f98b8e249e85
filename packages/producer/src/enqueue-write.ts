import {
  ERASURE_TTL_SECONDS,
  erasureKey,
  fenceUlid,
  JOB_FORMAT_VERSION,
  LANE_JOB_OPTIONS,
  laneQueueName,
  MAX_LANES,
  queueKeyPrefix,
  SEQUENCE_TTL_SECONDS,
  sequenceKey,
  workspaceKeys,
} from '@cio-fleet/contracts';
import type { BufferedOperation } from './buffered-operation.ts';

/** What of an operation goes into a job. */
export type JobOperation = Pick<BufferedOperation, 'laneKey' | 'verb' | 'erases' | 'tail' | 'id' | 'atMs'>;

/** One job on its way to a lane. It is repeated unchanged until its fate is known: Redis tells repeats by its sequence. */
export interface EnqueueWrite {
  readonly workspace: string;
  readonly lane: number;
  /** The number of lanes as this producer knows it. */
  readonly lanes: number;
  /** ULID of the producer instance. */
  readonly run: string;
  /** Counts the writes of this run to this lane, from 1. */
  readonly sequence: number;
  /** A fresh ULID. */
  readonly jobId: string;
  readonly operations: readonly Readonly<JobOperation>[];
}

/** The arguments of the script, in its order. */
export interface ScriptArguments {
  readonly keys: readonly string[];
  readonly args: readonly string[];
}

const JOB_OPTIONS = JSON.stringify(LANE_JOB_OPTIONS);

/** The JSON text of a job, built from the texts of its operations: nothing is stringified twice. */
export function jobText(operations: readonly Readonly<JobOperation>[]): string {
  const texts = operations.map(({ id, atMs, tail }) => `{"id":"${id}","at":${atMs},${tail}`);
  return `{"v":${JOB_FORMAT_VERSION},"operations":[${texts.join(',')}]}`;
}

/** A job of one is named for its verb, so that Bull Board reads naturally. */
export function nameOf(operations: readonly Readonly<JobOperation>[]): string {
  const [first] = operations;
  return operations.length === 1 && first !== undefined ? first.verb : 'batch';
}

/** What ENQUEUE_LUA reads for `write`. */
export function scriptArguments(write: EnqueueWrite): ScriptArguments {
  const { workspace, lane, operations } = write;
  const queueName = laneQueueName(workspace, lane);
  const keys = workspaceKeys(workspace);
  const erasures = operations.filter(({ erases }) => erases);
  return {
    keys: [
      queueKeyPrefix(workspace, queueName),
      keys.lanes,
      keys.ledger,
      keys.waiting,
      keys.erasures,
      sequenceKey(workspace, lane, write.run),
    ],
    args: [
      queueName,
      String(write.lanes),
      String(write.sequence),
      String(SEQUENCE_TTL_SECONDS),
      write.jobId,
      nameOf(operations),
      jobText(operations),
      JOB_OPTIONS,
      String(operations.length),
      String(ERASURE_TTL_SECONDS),
      ...erasures.flatMap(({ laneKey, id, atMs }) => [erasureKey(workspace, laneKey), fenceUlid(String(id), atMs)]),
    ],
  };
}

/**
 * What the script said. `taken` is `ok` and `repeated` alike: either way the job is in Redis, once. A replay is told besides how many
 * bytes wait in the lane now.
 */
export type EnqueueAnswer =
  | { readonly kind: 'taken'; readonly redisMs: number; readonly laneBytes?: number }
  /** Nothing was written: the workspace has another number of lanes. */
  | { readonly kind: 'lanes'; readonly lanes: number };

/** What the script says with the fence of a replay: nothing was written, the lane has another last index of the spool. */
export type ReplayScriptAnswer = EnqueueAnswer | { readonly kind: 'moved'; readonly reached: number };

/** @throws Error when Redis answers what the script never says */
export function readReplayAnswer(answer: unknown): ReplayScriptAnswer {
  const [word, value, laneBytes] = Array.isArray(answer) ? (answer as readonly unknown[]) : [];
  if (word === 'moved') return { kind: 'moved', reached: Number(value) };
  const read = readEnqueueAnswer(answer);
  return read.kind === 'taken' ? { ...read, laneBytes: Number(laneBytes ?? 0) } : read;
}

/** @throws Error when Redis answers what the script never says */
export function readEnqueueAnswer(answer: unknown): EnqueueAnswer {
  if (Array.isArray(answer)) {
    const [word, value] = answer as readonly unknown[];
    if (word === 'ok' || word === 'repeated') return { kind: 'taken', redisMs: Number(value) };
    if (word === 'lanes' && isLaneCount(Number(value))) return { kind: 'lanes', lanes: Number(value) };
  }
  throw new Error(`expected ok, repeated or lanes from the enqueue script, got ${JSON.stringify(answer)}`);
}

export function isLaneCount(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= MAX_LANES;
}
