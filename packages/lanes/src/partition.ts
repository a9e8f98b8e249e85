import { type DeadLetterReason, isErasedBy, laneKeyOf, neverExpires, type QueuedOperation } from '@cio-fleet/contracts';
import type { EarlierSettlement, HeadProgress } from './head-progress.ts';
import type { Begin } from './lane-store.ts';

/** Where an operation of the batch goes before anything is sent. */
export type Route =
  | { readonly kind: 'send' }
  /** To fallback: its person is held there, or this lane sends nothing now. */
  | { readonly kind: 'move' }
  | { readonly kind: 'erased' }
  /** It repeats a call by its idempotency key. */
  | { readonly kind: 'deduplicated' }
  | { readonly kind: 'expired'; readonly reason: DeadLetterReason }
  /** An earlier run of this head settled it. */
  | { readonly kind: 'settled'; readonly settlement: EarlierSettlement };

export interface PartitionInput {
  readonly operations: readonly QueuedOperation[];
  readonly begin: Begin;
  readonly progress: HeadProgress;
  /** A lane moves operations of held persons; fallback never moves anything. */
  readonly role: 'lane' | 'fallback';
  /** Send nothing: the breaker is open, or the lane overflows. */
  readonly moveAll: boolean;
  readonly nowMs: number;
  readonly maxAgeMs: number;
}

/** Decides for each operation, in order, where it goes. Pure. */
export function partition(input: PartitionInput): Route[] {
  return input.operations.map((operation) => routeOf(operation, input));
}

function routeOf(operation: QueuedOperation, input: PartitionInput): Route {
  const { begin, progress, role, moveAll, nowMs, maxAgeMs } = input;
  const settlement = progress.settled?.[operation.id];
  if (settlement !== undefined) return { kind: 'settled', settlement };
  const laneKey = laneKeyOf(operation.op);
  if (isErasedBy(operation, begin.erasures.get(laneKey))) return { kind: 'erased' };
  const ageMs = nowMs - Math.max(operation.at, operation.redrivenAt ?? 0);
  if (ageMs > maxAgeMs && !neverExpires(operation.op)) return { kind: 'expired', reason: expired(ageMs, progress) };
  if ((begin.owners?.get(operation.id) ?? operation.id) !== operation.id) return { kind: 'deduplicated' };
  if (role === 'lane' && (moveAll || begin.held.has(laneKey))) return { kind: 'move' };
  return { kind: 'send' };
}

function expired(ageMs: number, progress: HeadProgress): DeadLetterReason {
  const hours = Math.round(ageMs / 3_600_000);
  const last = progress.lastError === undefined ? '' : ` Last error: ${progress.lastError.message}`;
  return { code: 'EXPIRED', message: `Not deliverable for ${hours} h; Customer.io would no longer act on it.${last}` };
}
