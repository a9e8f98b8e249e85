import type { Operation } from '../operation.ts';
import { IDENTIFIER_KINDS, type Identifier, identifierOf } from '../state/identifier.ts';
import type { Person } from '../state/person.ts';
import type { Workspace } from '../state/workspace.ts';
import type { Outcome } from './outcome.ts';

/** Removes a person and all that is theirs. A later call about them creates them anew. */
export function deletePerson(workspace: Workspace, operation: Operation): Outcome {
  const identifier = identifierOf(operation.identifiers);
  if (workspace.suppressions.has(identifier)) return 'suppressed';
  const person = workspace.people.find(identifier);
  if (person === undefined) return 'no-such-person';
  erase(workspace, person);
  return 'applied';
}

/** Deletes the person and blocks all identifiers they had, or the one named where nobody has it. */
export function suppress(workspace: Workspace, operation: Operation): Outcome {
  const identifier = identifierOf(operation.identifiers);
  if (workspace.suppressions.has(identifier)) return 'suppressed';
  const person = workspace.people.find(identifier);
  const blocked: Identifier[] = person === undefined ? [identifier] : identifiersOf(person);
  if (person !== undefined) erase(workspace, person);
  workspace.suppressions.add(blocked);
  return 'applied';
}

/** Frees the identifiers that were suppressed together. Nothing of the person comes back. */
export const unsuppress = (workspace: Workspace, operation: Operation): Outcome =>
  workspace.suppressions.release(identifierOf(operation.identifiers)) ? 'applied' : 'no-such-person';

export function erase(workspace: Workspace, person: Person): void {
  for (const key of person.relationships.keys()) workspace.objects.byKey(key)?.people.delete(person.cioId);
  workspace.people.remove(person);
}

function identifiersOf(person: Person): Identifier[] {
  const identifiers: Identifier[] = [{ kind: 'cio_id', value: person.cioId }];
  for (const kind of IDENTIFIER_KINDS) {
    const value = person[kind];
    if (value !== undefined) identifiers.push({ kind, value });
  }
  return identifiers;
}
