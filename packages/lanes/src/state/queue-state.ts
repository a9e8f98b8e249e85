import { queueKeyPrefix } from '@cio-fleet/contracts';
import { numberOf, parseObject, textOf } from './loose-json.ts';
import type { Command } from './round-trip.ts';
import { parseReportedError, type ReportedError } from './worker-state.ts';

/** The job that a queue works on, or would work on next. */
export interface HeadState {
  readonly jobId: string;
  /** Failed attempts so far. */
  readonly attempts: number;
  /** Times in a row that Customer.io throttled it. */
  readonly throttles: number;
  /** Times in a row that credentials or address were refused. */
  readonly setups: number;
  /** Why it waits. */
  readonly lastError: ReportedError | null;
  /** The worker that took it last, by the name that it gave to BullMQ. */
  readonly processedBy: string | null;
  /** How often it stalled: its worker died or froze. */
  readonly stalls: number;
}

/** A lane or fallback, seen from outside. */
export interface QueueState {
  readonly queue: string;
  /** Operations that wait, the head's included. */
  readonly operations: number;
  /** Bytes of the jobs that wait. */
  readonly bytes: number;
  /** Jobs that wait, the head included. */
  readonly jobs: number;
  /** Jobs that ever entered the queue. A Redis that came back with less may have set it back. */
  readonly pushed: number;
  readonly active: boolean;
  /** How long the oldest job has been here, in ms; `null` when there is none. */
  readonly oldestWaitingMs: number | null;
  readonly paused: boolean;
  /** The queue waits this long before its next attempt, in ms; `null` when it doesn't wait. */
  readonly retryInMs: number | null;
  /** Must be 0: a failed job in a lane means that another job overtook it. */
  readonly failed: number;
  readonly head: HeadState | null;
}

/** `worker.rateLimit()` writes this into the limiter key; below it, the key only counts jobs. */
const RATE_LIMITED_FROM = 1e9;

/** How many answers {@link queueCommands} has. */
export const QUEUE_COMMANDS = 8;

/** First round trip: sizes, and which job is the head. */
export function queueCommands(workspace: string, queue: string): readonly Command[] {
  const prefix = queueKeyPrefix(workspace, queue);
  return [
    ['LLEN', `${prefix}wait`],
    ['LRANGE', `${prefix}active`, 0, 0],
    ['LRANGE', `${prefix}wait`, -1, -1],
    ['HEXISTS', `${prefix}meta`, 'paused'],
    ['GET', `${prefix}limiter`],
    ['PTTL', `${prefix}limiter`],
    ['ZCARD', `${prefix}failed`],
    ['GET', `${prefix}id`],
  ];
}

/** The head's job id in the answers of {@link queueCommands}: the active job, else the oldest that waits. */
export function headOf(answers: readonly unknown[]): string | undefined {
  const [active] = answers[1] as string[];
  const [oldest] = answers[2] as string[];
  return active ?? oldest;
}

/** Second round trip: the head. Its data is left alone, because it may be large. */
export function headCommand(workspace: string, queue: string, jobId: string): Command {
  return ['HMGET', `${queueKeyPrefix(workspace, queue)}${jobId}`, 'timestamp', 'progress', 'pb', 'stc'];
}

/** Puts both round trips together. */
export function readQueueState(facts: {
  readonly queue: string;
  readonly waiting: Readonly<Record<string, string>>;
  readonly answers: readonly unknown[];
  readonly head: unknown;
  readonly nowMs: number;
}): QueueState {
  const { queue, waiting, answers, nowMs } = facts;
  const jobId = headOf(answers);
  const active = (answers[1] as string[]).length;
  const fields = (facts.head ?? []) as (string | null)[];
  // A settled head is delivered already: it only waits for BullMQ to complete it.
  const isSettled = parseObject(fields[1])?.state === 'settled';
  const enteredAt = isSettled ? null : numberOf(fields[0]);
  const limited = Number(answers[4] ?? 0) >= RATE_LIMITED_FROM && Number(answers[5]) > 0;
  return {
    queue,
    operations: Number(waiting[`${queue}:operations`] ?? 0),
    bytes: Number(waiting[`${queue}:bytes`] ?? 0),
    jobs: Number(answers[0]) + active,
    pushed: Number(answers[7] ?? 0),
    active: active > 0,
    oldestWaitingMs: enteredAt === null ? null : Math.max(0, nowMs - enteredAt),
    paused: Number(answers[3]) === 1,
    retryInMs: limited ? Number(answers[5]) : null,
    failed: Number(answers[6]),
    head: jobId === undefined ? null : readHead(jobId, fields),
  };
}

function readHead(jobId: string, fields: readonly (string | null)[]): HeadState {
  const progress = parseObject(fields[1]);
  return {
    jobId,
    attempts: numberOf(progress?.attempts) ?? 0,
    throttles: numberOf(progress?.throttles) ?? 0,
    setups: numberOf(progress?.setups) ?? 0,
    lastError: parseReportedError(progress?.lastError),
    processedBy: textOf(fields[2]),
    stalls: numberOf(fields[3]) ?? 0,
  };
}
