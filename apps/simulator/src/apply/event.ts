import type { Operation } from '../operation.ts';
import { identifierOf } from '../state/identifier.ts';
import type { StoredEvent } from '../state/person.ts';
import type { Workspace } from '../state/workspace.ts';
import type { Outcome } from './outcome.ts';

/** Records an event, page or screen, once for each ULID. An event of somebody unknown creates the person. */
export function recordEvent(workspace: Workspace, operation: Operation, nowMs: number): Outcome {
  if (typeof operation.id === 'string' && workspace.eventIds.add(operation.id) === 'repeat') return 'repeat';
  const event = toStoredEvent(operation, nowMs);
  // v1 knows events of nobody: invitations, which only name a recipient. They leave no trace.
  if (operation.identifiers === undefined) return 'applied';
  const identifier = identifierOf(operation.identifiers);
  if (identifier.kind === 'anonymous_id') {
    const ownerCioId = workspace.anonymousEvents.ownerAt(identifier.value, nowMs);
    const owner = ownerCioId && workspace.people.find({ kind: 'cio_id', value: ownerCioId });
    if (owner) workspace.recentEvents.add(owner, event);
    else workspace.anonymousEvents.keep(identifier.value, event);
    return 'applied';
  }
  if (workspace.suppressions.has(identifier)) return 'suppressed';
  const person = workspace.people.findOrCreate(identifier);
  if (person === undefined) return 'no-such-person';
  workspace.recentEvents.add(person, event);
  return 'applied';
}

const toStoredEvent = (operation: Operation, nowMs: number): StoredEvent => ({
  id: typeof operation.id === 'string' ? operation.id : undefined,
  type: operation.action,
  name: (operation.name as string).trim(),
  timestamp: operation.timestamp ?? Math.floor(nowMs / 1000),
  attributes: operation.attributes ?? {},
});
