import type { Operation } from '../operation.ts';
import { identifierOf } from '../state/identifier.ts';
import { relate, relationshipEntries, unrelate } from '../state/relationships.ts';
import type { Workspace } from '../state/workspace.ts';
import type { Outcome } from './outcome.ts';
import { timestampOf } from './timestamp.ts';

/** Relates a person to objects; either is created where it doesn't exist. */
export function addRelationships(workspace: Workspace, operation: Operation, nowMs: number): Outcome {
  const identifier = identifierOf(operation.identifiers);
  if (workspace.suppressions.has(identifier)) return 'suppressed';
  const person = workspace.people.findOrCreate(identifier);
  if (person === undefined) return 'no-such-person';
  for (const { identifiers, attributes } of relationshipEntries(operation.cio_relationships)) {
    const object = workspace.objects.findOrCreate(identifiers);
    if (object !== undefined) relate(person, object, attributes, timestampOf(operation, nowMs));
  }
  return 'applied';
}

/** Takes a person off objects. */
export function deleteRelationships(workspace: Workspace, operation: Operation): Outcome {
  const identifier = identifierOf(operation.identifiers);
  if (workspace.suppressions.has(identifier)) return 'suppressed';
  const person = workspace.people.find(identifier);
  if (person === undefined) return 'no-such-person';
  for (const { identifiers } of relationshipEntries(operation.cio_relationships)) {
    const object = workspace.objects.find(identifiers);
    if (object !== undefined) unrelate(person, object);
  }
  return 'applied';
}
