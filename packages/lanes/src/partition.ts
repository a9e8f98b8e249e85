import {
  type DeadLetterReason,
  isErasedBy,
  isErasure,
  laneKeyOf,
  neverExpires,
  type QueuedOperation,
} from '@cio-fleet/contracts';
import { type BrakeSet, brakeOn } from './brakes/brake-set.ts';
import type { EarlierSettlement, HeadProgress } from './head-progress.ts';
import type { HeadRole } from './head-run.ts';
import type { Begin } from './lane-store.ts';
import { outletOf, type ParkedSide, shelfOf } from './parking.ts';

/** Where an operation of the batch goes before anything is sent. */
export type Route =
  | { readonly kind: 'send' }
  /** To fallback: its person is held there, or this lane sends nothing now. */
  | { readonly kind: 'move' }
  /** To a side of parked: a brake holds it (`brake` is its id), or earlier ones of its person are there. */
  | { readonly kind: 'park'; readonly side: ParkedSide; readonly brake?: string }
  /** A brake drops it. */
  | { readonly kind: 'discard'; readonly brake: string }
  | { readonly kind: 'erased' }
  /** It repeats a call by its idempotency key. */
  | { readonly kind: 'deduplicated' }
  | { readonly kind: 'expired'; readonly reason: DeadLetterReason }
  /** An earlier run of this head settled it. */
  | { readonly kind: 'settled'; readonly settlement: EarlierSettlement };

export interface PartitionInput {
  readonly operations: readonly QueuedOperation[];
  readonly begin: Begin;
  readonly brakes: BrakeSet;
  readonly progress: HeadProgress;
  readonly role: HeadRole;
  /** Send nothing: the breaker is open, or the lane overflows. */
  readonly moveAll: boolean;
  readonly nowMs: number;
  readonly maxAgeMs: number;
}

/** Decides for each operation, in order, where it goes. Pure. */
export function partition(input: PartitionInput): Route[] {
  // Whoever is parked within this batch is so for its later operations too.
  const parkedHere = new Set<string>();
  return input.operations.map((operation) => {
    const route = settledRoute(operation, input) ?? waitingRoute(operation, input, parkedHere);
    if (route.kind === 'park') parkedHere.add(laneKeyOf(operation.op));
    return route;
  });
}

/** The route of what is not sent or kept any more, whoever waits. */
function settledRoute(operation: QueuedOperation, input: PartitionInput): Route | undefined {
  const { begin, brakes, progress, role, nowMs, maxAgeMs } = input;
  const settlement = progress.settled?.[operation.id];
  if (settlement !== undefined) return { kind: 'settled', settlement };
  if (isErasedBy(operation, begin.erasures.get(laneKeyOf(operation.op)))) return { kind: 'erased' };
  const brake = brakeOn(operation, brakes, nowMs);
  if (brake?.kind === 'discard') return { kind: 'discard', brake: brake.id };
  // While it was held it did not age: an operator wanted it to wait, and to be sent after that.
  const heldUntilMs = role === 'parked' ? begin.parking.sinceMs : 0;
  const ageMs = nowMs - Math.max(operation.at, operation.redrivenAt ?? 0, heldUntilMs);
  if (ageMs > maxAgeMs && !neverExpires(operation.op)) return { kind: 'expired', reason: expired(ageMs, progress) };
  if ((begin.owners?.get(operation.id) ?? operation.id) !== operation.id) return { kind: 'deduplicated' };
  return undefined;
}

/**
 * Where an operation waits, or that it is sent. Of a person everything on the shelf is older than everything in the outlet,
 * that older than fallback, that older than the lane: so an operation goes no further than to the youngest place where its
 * person has operations, and is sent only when there is none.
 */
function waitingRoute(operation: QueuedOperation, input: PartitionInput, parkedHere: ReadonlySet<string>): Route {
  const { begin, brakes, role, moveAll, nowMs } = input;
  const { parking } = begin;
  const laneKey = laneKeyOf(operation.op);
  const brake = brakeOn(operation, brakes, nowMs);
  const named = brake === undefined ? {} : { brake: brake.id };
  if (role === 'lane' && begin.held.has(laneKey)) return { kind: 'move' };
  // What was accepted before an erasure is erased wherever it waits, so the erasure itself overtakes nothing.
  const follows = !isErasure(operation.op);
  if (role !== 'parked' && parking.inOutlet.has(laneKey) && (follows || brake !== undefined)) {
    return { kind: 'park', side: outletOf(parking.turn), ...named };
  }
  const isParked = parking.onShelf.has(laneKey) || parkedHere.has(laneKey);
  if (brake !== undefined || (isParked && follows)) return { kind: 'park', side: shelfOf(parking.turn), ...named };
  return role === 'lane' && moveAll ? { kind: 'move' } : { kind: 'send' };
}

function expired(ageMs: number, progress: HeadProgress): DeadLetterReason {
  const hours = Math.round(ageMs / 3_600_000);
  const last = progress.lastError === undefined ? '' : ` Last error: ${progress.lastError.message}`;
  return { code: 'EXPIRED', message: `Not deliverable for ${hours} h; Customer.io would no longer act on it.${last}` };
}
