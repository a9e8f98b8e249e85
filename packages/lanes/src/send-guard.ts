import { isErasedBy, laneKeyOf, type QueuedOperation } from '@cio-fleet/contracts';
import { type BrakeSet, brakeOn } from './brakes/brake-set.ts';
import type { HeadDependencies, HeadRun } from './head-run.ts';
import type { Begin, LaneStore } from './lane-store.ts';

export interface SendGuardInput {
  readonly run: Pick<HeadRun, 'lease'>;
  readonly deps: Pick<HeadDependencies, 'brakes' | 'now'> & { readonly store: Pick<LaneStore, 'guard' | 'erasures'> };
  readonly begin: Pick<Begin, 'erasuresVersion'>;
  readonly brakes: BrakeSet;
}

/**
 * Right before each send: is the head still ours, and did nobody in the batch get erased, held or discarded meanwhile?
 *
 * An answer that took too long counts as `stale`: a process that is frozen after Redis said yes reads that yes when it wakes up,
 * and its lanes may long be somebody else's.
 */
export function createSendGuard({ run, deps, begin, brakes }: SendGuardInput, operations: readonly QueuedOperation[]) {
  let { erasuresVersion } = begin;
  let brakesVersion = brakes.version;
  return async (): Promise<'go' | 'stale'> => {
    const guard = await deps.store.guard(run.lease);
    if (guard === 'stale') return 'stale';
    if (guard.erasuresVersion !== erasuresVersion) {
      const laneKeys = [...new Set(operations.map(({ op }) => laneKeyOf(op)))];
      const erasures = await deps.store.erasures(laneKeys);
      const erased = operations.some((operation) => isErasedBy(operation, erasures.get(laneKeyOf(operation.op))));
      if (erased) return 'stale';
      erasuresVersion = guard.erasuresVersion;
    }
    if (guard.brakesVersion !== brakesVersion) {
      const now = await deps.brakes.at(guard.brakesVersion);
      if (operations.some((operation) => brakeOn(operation, now, deps.now()) !== undefined)) return 'stale';
      brakesVersion = now.version;
    }
    return performance.now() <= (guard.goodUntilMs ?? Number.POSITIVE_INFINITY) ? 'go' : 'stale';
  };
}
