import { laneKeyOf, type QueuedOperation } from '@cio-fleet/contracts';
import { affectedKeys, isEvent } from './affected-keys.ts';
import type { Settlement } from './delivery-result.ts';
import { identifyFingerprint } from './identify-fingerprint.ts';
import type { IdentifyMemory } from './identify-memory.ts';

/**
 * Settles what need not be sent: an identify equal to the last one delivered to its person within the memory's window, with
 * nothing but events in between.
 *
 * The very operation that is remembered is `delivered`, not `deduplicated`: its batch is being repeated, and an earlier attempt
 * got it through.
 *
 * @returns settlements by index; everything else has to be sent
 */
export function dedupe(
  operations: readonly QueuedOperation[],
  memory: Pick<IdentifyMemory, 'get'>,
): ReadonlyMap<number, Settlement> {
  const settled = new Map<number, Settlement>();
  // Persons with something else on its way to them in this very batch: the memory isn't the last word any more.
  const changed = new Set<string>();
  for (const [index, { id, op }] of operations.entries()) {
    if (isEvent(op)) continue;
    if (op.type === 'person' && op.action === 'identify') {
      const laneKey = laneKeyOf(op);
      const last = changed.has(laneKey) ? undefined : memory.get(laneKey);
      if (last !== undefined && last.fingerprint === identifyFingerprint(op)) {
        settled.set(index, { state: last.operationId === id ? 'delivered' : 'deduplicated' });
        continue;
      }
    }
    for (const key of affectedKeys(op)) changed.add(key);
  }
  return settled;
}
