import {
  type DeadLetterJobData,
  type DeadLetterReason,
  deadLetterJobId,
  JOB_FORMAT_VERSION,
  jobName,
  type QueuedOperation,
} from '@cio-fleet/contracts';
import type { Push } from './lane-store.ts';
import type { QueueAddress } from './queue-address.ts';

export interface DeadLetter {
  readonly operation: QueuedOperation;
  readonly reason: DeadLetterReason;
}

/** Operations in one packed dead letter. */
const PACK_SIZE = 100;

/** Dead letters are kept 30 days: erasure marks outlive them, so a late redrive can't undo an erasure. */
export const DEAD_LETTER_JOB_OPTIONS = {
  attempts: 1,
  removeOnComplete: { count: 100 },
  removeOnFail: { age: 30 * 24 * 3600 },
} as const;

/**
 * One job per dead letter, named for its verb, while the allowance of its reason lasts. In a storm of one reason (a deploy
 * that breaks every event) the rest goes packed by the hundred, so that dead letters can't fill Redis with jobs.
 */
export function deadLetterPushes(
  to: QueueAddress,
  deadLetters: readonly DeadLetter[],
  nowMs: number,
  allowance: DeadLetterAllowance,
): Push[] {
  const pushes: Push[] = [];
  const byReason = Map.groupBy(deadLetters, ({ reason }) => reason.code);
  for (const [code, group] of byReason) {
    const singles = allowance(code, group.length);
    for (const { operation, reason } of group.slice(0, singles)) pushes.push(push(to, [operation], reason, nowMs));
    for (let from = singles; from < group.length; from += PACK_SIZE) {
      const pack = group.slice(from, from + PACK_SIZE);
      const [first] = pack;
      if (first === undefined) break;
      const reason = { ...first.reason, message: `${pack.length} operations, the first: ${first.reason.message}` };
      pushes.push(
        push(
          to,
          pack.map(({ operation }) => operation),
          pack.length === 1 ? first.reason : reason,
          nowMs,
        ),
      );
    }
  }
  return pushes;
}

function push(to: QueueAddress, operations: readonly QueuedOperation[], reason: DeadLetterReason, nowMs: number): Push {
  const [first] = operations;
  if (first === undefined) throw new Error('A dead letter holds at least one operation.');
  const data: DeadLetterJobData = { v: JOB_FORMAT_VERSION, operations, reason, deadLetteredAt: nowMs };
  return {
    to,
    id: deadLetterJobId(first),
    name: jobName(operations),
    data: JSON.stringify(data),
    options: JSON.stringify(DEAD_LETTER_JOB_OPTIONS),
    operations: operations.length,
  };
}

/** The dead letter of a job that can't be read: its text is kept, so that an operator can see what it was. */
export function unreadablePush(to: QueueAddress, jobId: string, text: string, problem: string, nowMs: number): Push {
  const data: DeadLetterJobData = {
    v: JOB_FORMAT_VERSION,
    operations: [],
    reason: { code: 'UNREADABLE', message: `The job can't be read: ${problem}.` },
    deadLetteredAt: nowMs,
    unreadable: text.slice(0, 100_000),
  };
  return {
    to,
    id: `${jobId}-unreadable`,
    name: 'unreadable',
    data: JSON.stringify(data),
    options: JSON.stringify(DEAD_LETTER_JOB_OPTIONS),
    operations: 1,
  };
}

/** How many of `wanted` dead letters of a reason get a job of their own. */
export type DeadLetterAllowance = (reasonCode: string, wanted: number) => number;

/** Allows `perMinute` single dead letters for each reason, counted within this process. */
export function createDeadLetterAllowance(perMinute: number, now: () => number): DeadLetterAllowance {
  const windows = new Map<string, { readonly startedAt: number; used: number }>();
  return (reasonCode, wanted) => {
    let window = windows.get(reasonCode);
    if (window === undefined || now() - window.startedAt >= 60_000) {
      window = { startedAt: now(), used: 0 };
      windows.set(reasonCode, window);
    }
    const granted = Math.min(wanted, perMinute - window.used);
    window.used += granted;
    return granted;
  };
}
