import type { Operation } from '../operation.ts';
import { IDENTIFIER_KINDS, identifierOf } from '../state/identifier.ts';
import type { StoredEvent } from '../state/person.ts';
import type { Workspace } from '../state/workspace.ts';
import { erase } from './erasure.ts';
import type { Outcome } from './outcome.ts';

const HISTORY_SECONDS = 30 * 24 * 3600;

/**
 * Copies what the primary lacks from the secondary (attributes and identifiers, 30 days of events, segments,
 * relationships) and deletes the secondary. Does nothing unless both exist and are two.
 */
export function merge(workspace: Workspace, operation: Operation, nowMs: number): Outcome {
  const primary = workspace.people.find(identifierOf(operation.primary));
  const secondary = workspace.people.find(identifierOf(operation.secondary));
  if (primary === undefined || secondary === undefined || primary === secondary) return 'no-such-person';
  const { id, email, phone } = secondary;
  const relationships = [...secondary.relationships];
  erase(workspace, secondary);

  for (const kind of IDENTIFIER_KINDS) {
    const value = { id, email, phone }[kind];
    if (value !== undefined && primary[kind] === undefined) workspace.people.assign(primary, kind, value);
  }
  primary.attributes.adopt(secondary.attributes);
  for (const segment of secondary.segments) primary.segments.add(segment);
  for (const [key, attributes] of relationships) {
    if (!primary.relationships.has(key)) primary.relationships.set(key, attributes);
    workspace.objects.byKey(key)?.people.add(primary.cioId);
  }
  for (const event of recent(secondary.events, nowMs)) workspace.recentEvents.add(primary, event);
  return 'applied';
}

const recent = (events: readonly StoredEvent[], nowMs: number): readonly StoredEvent[] =>
  events.filter(({ timestamp }) => !(Number(timestamp) < nowMs / 1000 - HISTORY_SECONDS));
