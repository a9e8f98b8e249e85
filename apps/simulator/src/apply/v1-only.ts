import type { Operation } from '../operation.ts';
import type { Identifier } from '../state/identifier.ts';
import type { Workspace } from '../state/workspace.ts';
import type { Outcome } from './outcome.ts';

/** Adds people to, or removes them from, a manual segment. Segments need not exist; ids of nobody are ignored. */
export function changeSegment(workspace: Workspace, operation: Operation): Outcome {
  const segmentId = operation.id as string;
  const kind = operation.name as Identifier['kind'];
  for (const id of operation.ids ?? []) {
    // Customer.io's own client takes numbers, too.
    const value = Number.isSafeInteger(id) ? String(id) : id;
    if (typeof value !== 'string') continue;
    const person = workspace.people.find({ kind, value });
    if (operation.action === 'add_to_segment') person?.segments.add(segmentId);
    else person?.segments.delete(segmentId);
  }
  return 'applied';
}

/** Notes a metric, an unsubscription or a device-side event of a delivery. */
export function reportDelivery(workspace: Workspace, operation: Operation, nowMs: number): Outcome {
  const deliveryId = operation.identifiers?.id as string;
  workspace.deliveries.report(deliveryId, {
    metric: operation.name,
    timestamp: operation.timestamp ?? Math.floor(nowMs / 1000),
    ...operation.attributes,
  });
  return 'applied';
}
