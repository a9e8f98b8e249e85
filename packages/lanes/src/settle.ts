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
import type { ParkedSide } from './parking.ts';
import { deadLetterAddress, fallbackAddress, parkedAddress, parkedSideOf, type QueueAddress } from './queue-address.ts';

/** What becomes of one operation of a batch. */
export type Fate =
  | { readonly kind: 'delivered' | 'deduplicated' | 'erased' }
  | { readonly kind: 'discarded'; readonly brake: string }
  | { readonly kind: 'dead-lettered'; readonly reason: DeadLetterReason }
  | { readonly kind: 'moved' }
  /** `brake`: the one that holds it; absent when it follows earlier operations of its person. */
  | { readonly kind: 'parked'; readonly side: ParkedSide; readonly brake?: string };

/** Data of one job pushed to fallback stays below this many bytes. */
const MAX_MOVED_JOB_BYTES = 256_000;

export interface SettleInput {
  readonly queue: QueueAddress;
  readonly batch: Batch;
  /** By index of `batch.operations`. */
  readonly fates: readonly Fate[];
  readonly nonce: string;
  /** The turn of parked when the fates were decided. */
  readonly turn: number;
  readonly progress: HeadProgress;
  readonly nowMs: number;
  /** How many dead letters of a reason may still get a job of their own. */
  readonly deadLetterAllowance: DeadLetterAllowance;
}

/** Turns the fates of a batch into the one step that settles it. */
export function settle(input: SettleInput): Finish {
  const { queue, batch, nowMs } = input;
  const fates = input.fates.length === batch.operations.length ? inOrder(batch, input.fates) : input.fates;
  const moved: QueuedOperation[] = [];
  const parkedBySide = [[], []] as readonly [QueuedOperation[], QueuedOperation[]];
  const deadLetters: DeadLetter[] = [];
  const held = new Map<string, number>();
  const parked = [new Map<string, number>(), new Map<string, number>()] as const;
  const braked = new Map<string, number>();
  const ledger = new Map<FinalState, number>();
  const reasons = new Map<string, number>();
  const undelivered: QueuedOperation[] = [];
  // Counts go down for whatever leaves fallback or a side of parked, and up for what comes there.
  const leaves = queue.role === 'fallback' ? held : queue.role === 'parked' ? parked[parkedSideOf(queue)] : undefined;

  for (const [index, operation] of batch.operations.entries()) {
    const fate = fates[index];
    if (fate === undefined) throw new Error(`No fate for operation ${index} of ${batch.operations.length}.`);
    const laneKey = laneKeyOf(operation.op);
    if (leaves !== undefined) bump(leaves, laneKey, -1);
    if (fate.kind === 'moved') {
      moved.push(operation);
      bump(held, laneKey, 1);
      continue;
    }
    // Once for each operation: what goes from side to side was counted when it came.
    if ('brake' in fate && fate.brake !== undefined && (fate.kind === 'discarded' || queue.role !== 'parked')) {
      bump(braked, fate.brake, 1);
    }
    if (fate.kind === 'parked') {
      parkedBySide[fate.side].push(operation);
      bump(parked[fate.side], laneKey, 1);
      continue;
    }
    bump(ledger, fate.kind, 1);
    if (fate.kind === 'erased' || fate.kind === 'dead-lettered' || fate.kind === 'discarded')
      undelivered.push(operation);
    if (fate.kind === 'dead-lettered') {
      deadLetters.push({ operation, reason: fate.reason });
      bump(reasons, fate.reason.code, 1);
    }
  }

  const isParking = fates.some(({ kind }) => kind === 'parked');
  return {
    nonce: input.nonce,
    headOperations: batch.head.operations.length,
    followers: batch.followers.map(({ id, operations }) => ({ id, operations: operations.length })),
    pushes: [
      ...movedPushes(fallbackAddress(queue.workspace), moved),
      ...movedPushes(parkedAddress(queue.workspace, 0), parkedBySide[0]),
      ...movedPushes(parkedAddress(queue.workspace, 1), parkedBySide[1]),
      ...deadLetterPushes(deadLetterAddress(queue.workspace), deadLetters, nowMs, input.deadLetterAllowance),
    ],
    held,
    parked,
    braked,
    ...(isParking && { turn: input.turn }),
    ledger,
    deadLetterReasons: reasons,
    releasedClaims: claimsOf(undelivered),
    ...(batch.operations.some((operation, index) => isOfErased(operation, fates[index])) && { dropsData: true }),
    progress: settledProgress(input.progress),
  };
}

/**
 * Fallback is younger than parked. When an operation that was to be sent goes to fallback after all, later ones of its person
 * follow it there instead of overtaking it on the shelf; fallback parks them, behind it.
 */
function inOrder({ operations }: Batch, fates: readonly Fate[]): readonly Fate[] {
  const moved = new Set<string>();
  return fates.map((fate, index) => {
    const operation = operations[index];
    if (operation === undefined) return fate;
    const laneKey = laneKeyOf(operation.op);
    if (fate.kind === 'moved') moved.add(laneKey);
    return fate.kind === 'parked' && moved.has(laneKey) ? { kind: 'moved' } : fate;
  });
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

/** Of whom nothing is to be kept: neither what was erased, nor what lies beside a suppress or delete. */
function isOfErased({ op }: QueuedOperation, fate: Fate | undefined): boolean {
  return fate?.kind === 'erased' || op.action === 'suppress' || op.action === 'delete';
}

function bump<Key>(counts: Map<Key, number>, key: Key, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}
