import type { Operation } from '../operation.ts';
import { identifierOf } from '../state/identifier.ts';
import { relate, relationshipEntries, unrelate } from '../state/relationships.ts';
import type { Workspace } from '../state/workspace.ts';
import type { Outcome } from './outcome.ts';
import { timestampOf } from './timestamp.ts';

/** Creates or updates an object, and relates people to it (`identify`, `add_relationships`). */
export function identifyObject(workspace: Workspace, operation: Operation, nowMs: number): Outcome {
  const object = workspace.objects.findOrCreate(operation.identifiers ?? {});
  if (object === undefined) return 'no-such-object';
  const atSeconds = timestampOf(operation, nowMs);
  object.attributes.write(operation.attributes ?? {}, atSeconds);
  for (const { identifiers, attributes } of relationshipEntries(operation.cio_relationships)) {
    const identifier = identifierOf(identifiers);
    if (identifier.kind === 'anonymous_id') {
      workspace.objects.relateAnonymous(object, identifier.value, attributes);
      continue;
    }
    if (workspace.suppressions.has(identifier)) continue;
    const person = workspace.people.findOrCreate(identifier);
    if (person !== undefined) relate(person, object, attributes, atSeconds);
  }
  return 'applied';
}

/** Takes people off an object that both exist. */
export function deleteObjectRelationships(workspace: Workspace, operation: Operation): Outcome {
  const object = workspace.objects.find(operation.identifiers ?? {});
  if (object === undefined) return 'no-such-object';
  for (const { identifiers } of relationshipEntries(operation.cio_relationships)) {
    const person = workspace.people.find(identifierOf(identifiers));
    if (person !== undefined) unrelate(person, object);
  }
  return 'applied';
}

/** Removes an object and its relationships. */
export function deleteObject(workspace: Workspace, operation: Operation): Outcome {
  const object = workspace.objects.find(operation.identifiers ?? {});
  if (object === undefined) return 'no-such-object';
  for (const cioId of object.people) {
    workspace.people.find({ kind: 'cio_id', value: cioId })?.relationships.delete(object.key);
  }
  workspace.objects.remove(object);
  return 'applied';
}
