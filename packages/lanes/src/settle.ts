import {
  type DeadLetterReason,
  type FinalState,
  JOB_FORMAT_VERSION,
  jobName,
  LANE_JOB_OPTIONS,
  laneKeyOf,
  newUlid,
  type QueuedOperation,
} from '@cio-fleet/contracts';
import type { Batch } from './batch.ts';
import { claimsOf } from './claims.ts';
import { type DeadLetter, type DeadLetterAllowance, deadLetterPushes } from './dead-letter.ts';
import type { HeadProgress } from './head-progress.ts';
import type { Finish, Push } from './lane-store.ts';
import { deadLetterAddress, fallbackAddress, type QueueAddress } from './queue-address.ts';

/** What becomes of one operation of a batch. */
export type Fate =
  | { readonly kind: 'delivered' | 'deduplicated' | 'erased' }
  | { readonly kind: 'dead-lettered'; readonly reason: DeadLetterReason }
  | { readonly kind: 'moved' };

/** Data of one job pushed to fallback stays below this many bytes. */
const MAX_MOVED_JOB_BYTES = 256_000;

export interface SettleInput {
  readonly queue: QueueAddress;
  readonly batch: Batch;
  /** By index of `batch.operations`. */
  readonly fates: readonly Fate[];
  readonly nonce: string;
  readonly progress: HeadProgress;
  readonly nowMs: number;
  /** How many dead letters of a reason may still get a job of their own. */
  readonly deadLetterAllowance: DeadLetterAllowance;
}

/** Turns the fates of a batch into the one step that settles it. */
export function settle(input: SettleInput): Finish {
  const { queue, batch, fates, nowMs } = input;
  const moved: QueuedOperation[] = [];
  const deadLetters: DeadLetter[] = [];
  const held = new Map<string, number>();
  const ledger = new Map<FinalState, number>();
  const reasons = new Map<string, number>();
  const undelivered: QueuedOperation[] = [];

  for (const [index, operation] of batch.operations.entries()) {
    const fate = fates[index];
    if (fate === undefined) throw new Error(`No fate for operation ${index} of ${batch.operations.length}.`);
    // Fallback's counts go down for whatever leaves it; a lane's go up for what it moves there.
    if (queue.role === 'fallback') bump(held, laneKeyOf(operation.op), -1);
    if (fate.kind === 'moved') {
      moved.push(operation);
      bump(held, laneKeyOf(operation.op), 1);
      continue;
    }
    bump(ledger, fate.kind, 1);
    if (fate.kind === 'erased' || fate.kind === 'dead-lettered') undelivered.push(operation);
    if (fate.kind === 'dead-lettered') {
      deadLetters.push({ operation, reason: fate.reason });
      bump(reasons, fate.reason.code, 1);
    }
  }

  return {
    nonce: input.nonce,
    headOperations: batch.head.operations.length,
    followers: batch.followers.map(({ id, operations }) => ({ id, operations: operations.length })),
    pushes: [
      ...movedPushes(fallbackAddress(queue.workspace), moved),
      ...deadLetterPushes(deadLetterAddress(queue.workspace), deadLetters, nowMs, input.deadLetterAllowance),
    ],
    held,
    ledger,
    deadLetterReasons: reasons,
    releasedClaims: claimsOf(undelivered),
    progress: settledProgress(input.progress),
  };
}

/** Jobs for `operations` in order, each small enough to travel well. Ids are fresh ULIDs: BullMQ's counter restarts after a loss. */
export function movedPushes(to: QueueAddress, operations: readonly QueuedOperation[]): Push[] {
  const pushes: Push[] = [];
  let group: QueuedOperation[] = [];
  let texts: string[] = [];
  let bytes = 0;
  const flush = () => {
    if (group.length === 0) return;
    const data = `{"v":${JOB_FORMAT_VERSION},"operations":[${texts.join(',')}]}`;
    const options = JSON.stringify(LANE_JOB_OPTIONS);
    pushes.push({ to, id: newUlid(), name: jobName(group), data, options, operations: group.length });
    group = [];
    texts = [];
    bytes = 0;
  };
  for (const operation of operations) {
    const text = JSON.stringify(operation);
    const size = Buffer.byteLength(text);
    if (bytes + size > MAX_MOVED_JOB_BYTES) flush();
    group.push(operation);
    texts.push(text);
    bytes += size;
  }
  flush();
  return pushes;
}

/** What stays of a settled head's progress: Bull Board shows how many attempts it took. */
export function settledProgress({ attempts, throttles, setups, lastError }: HeadProgress): HeadProgress {
  return { state: 'settled', attempts, throttles, setups, ...(lastError && { lastError }) };
}

function bump<Key>(counts: Map<Key, number>, key: Key, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}
