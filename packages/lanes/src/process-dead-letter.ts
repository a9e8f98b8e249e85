import { type DeadLetterJobData, laneKeyOf, laneOf, type QueuedOperation } from '@cio-fleet/contracts';
import { type HeadProgress, NO_PROGRESS } from './head-progress.ts';
import type { LaneStore, Lease, Push } from './lane-store.ts';
import { laneAddress } from './queue-address.ts';
import { movedPushes, settledProgress } from './settle.ts';

/** One start of a dead letter. */
export interface DeadLetterRun {
  readonly lease: Lease;
  readonly data: unknown;
  readonly progress: HeadProgress;
  /**
   * How often BullMQ finished an attempt. 0: it has just arrived. 1 or more: somebody pressed Retry. (`attemptsStarted` would
   * also count a worker that crashed, and redrive what nobody asked for.)
   */
  readonly attemptsMade: number;
}

/** `fail`: it rests in the failed state with this reason. */
export type DeadLetterResult =
  | { readonly kind: 'complete' }
  | { readonly kind: 'fail'; readonly reason: string }
  | { readonly kind: 'wait'; readonly delayMs: number };

export interface DeadLetterDependencies {
  readonly workspace: string;
  readonly lanes: number;
  readonly store: Pick<LaneStore, 'finish'>;
  readonly now: () => number;
  readonly onRedriven: (operations: readonly QueuedOperation[]) => void;
}

/** Puts a new dead letter to rest in the failed state, and a retried one back on its lane. */
export async function processDeadLetter(run: DeadLetterRun, deps: DeadLetterDependencies): Promise<DeadLetterResult> {
  if (run.progress.state === 'settled') return { kind: 'complete' };
  const deadLetter = readDeadLetter(run.data);
  if (deadLetter === undefined) return { kind: 'fail', reason: 'UNREADABLE: this is not a dead letter of cio-fleet.' };
  const { reason, operations } = deadLetter;
  const resting = { kind: 'fail', reason: `${reason.code}: ${reason.message}` } as const;
  // What can't be read can't be redriven either: it stays, with its text.
  if (run.attemptsMade === 0 || operations.length === 0) return resting;

  const redriven = operations.map((operation) => ({
    ...operation,
    redrives: (operation.redrives ?? 0) + 1,
    redrivenAt: deps.now(),
  }));
  const reply = await deps.store.finish(run.lease, {
    headOperations: operations.length,
    followers: [],
    pushes: lanePushes(redriven, deps),
    held: new Map(),
    ledger: new Map([['dead-lettered', -operations.length]]),
    deadLetterReasons: new Map([[reason.code, -operations.length]]),
    // They are on their lane, and may be erased there.
    dropsData: true,
    progress: settledProgress(NO_PROGRESS),
  });
  if (reply === 'ok') deps.onRedriven(redriven);
  return { kind: 'wait', delayMs: 0 };
}

/** A packed dead letter may hold operations of several lanes, since fallback rejects for all of them. */
function lanePushes(operations: readonly QueuedOperation[], { workspace, lanes }: DeadLetterDependencies): Push[] {
  const byLane = Map.groupBy(operations, ({ op }) => laneOf(laneKeyOf(op), lanes));
  return [...byLane].flatMap(([lane, group]) => movedPushes(laneAddress(workspace, lane), group));
}

function readDeadLetter(data: unknown): Pick<DeadLetterJobData, 'reason' | 'operations'> | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  const { reason, operations } = data as Partial<DeadLetterJobData>;
  const hasReason = typeof reason?.code === 'string' && typeof reason.message === 'string';
  return hasReason && Array.isArray(operations) ? { reason, operations } : undefined;
}
