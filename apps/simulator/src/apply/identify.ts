import { isEmail, isPhone } from '../identifier-format.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import type { Operation } from '../operation.ts';
import {
  canonical,
  IDENTIFIER_KINDS,
  type Identifier,
  type IdentifierKind,
  identifierOf,
} from '../state/identifier.ts';
import type { Person } from '../state/person.ts';
import { relate, relationshipEntries, unrelate } from '../state/relationships.ts';
import type { Workspace } from '../state/workspace.ts';
import type { Outcome } from './outcome.ts';
import { timestampOf } from './timestamp.ts';

/**
 * Creates or updates a person.
 * @see https://docs.customer.io/integrations/api/track/#operation/identify
 */
export function identify(workspace: Workspace, operation: Operation, nowMs: number): Outcome {
  const identifier = identifierOf(operation.identifiers);
  if (workspace.suppressions.has(identifier)) return 'suppressed';
  const attributes = operation.attributes ?? {};
  const person = findOrCreate(workspace, identifier, attributes);
  if (person === undefined) return 'no-such-person';
  const atSeconds = timestampOf(operation, nowMs);
  const refused = writeIdentifiers({ workspace, person, by: identifier, attributes, atSeconds });
  person.attributes.write(attributes, atSeconds, refused);
  if (typeof attributes.anonymous_id === 'string') adoptAnonymous(workspace, person, attributes.anonymous_id, nowMs);
  writeRelationships(workspace, person, operation, atSeconds);
  return refused.size > 0 ? 'identifier-conflict' : 'applied';
}

/**
 * By the identifier of the call; else by one in its attributes, whose person then gets that of the call too; else a new
 * person, unless the call says `_update`.
 */
function findOrCreate(workspace: Workspace, identifier: Identifier, attributes: JsonObject): Person | undefined {
  const found = workspace.people.find(identifier);
  if (found !== undefined || identifier.kind === 'cio_id' || identifier.kind === 'anonymous_id') return found;
  for (const kind of IDENTIFIER_KINDS) {
    const value = attributes[kind];
    const known = typeof value === 'string' ? workspace.people.find({ kind, value }) : undefined;
    if (known === undefined) continue;
    workspace.people.assign(known, identifier.kind, identifier.value);
    return known;
  }
  return attributes._update === true ? undefined : workspace.people.findOrCreate(identifier);
}

interface IdentifierWrite {
  readonly workspace: Workspace;
  readonly person: Person;
  readonly by: Identifier;
  readonly attributes: JsonObject;
  readonly atSeconds: number;
}

const NONE: ReadonlySet<string> = new Set();

/** Returns the identifiers among the attributes that were refused, so that they aren't written as attributes either. */
function writeIdentifiers(write: IdentifierWrite): ReadonlySet<string> {
  const { workspace, person, attributes, atSeconds } = write;
  let refused: Set<string> | undefined;
  for (const kind of IDENTIFIER_KINDS) {
    const value = attributes[kind];
    if (value === undefined || person.attributes.isNewer(kind, atSeconds)) continue;
    if (value === null || value === '') {
      if (kind !== 'id' && hasAnother(person, kind)) workspace.people.assign(person, kind, undefined);
      continue;
    }
    // An address or number of another shape stays a plain attribute.
    if (typeof value !== 'string' || !fits(kind, value)) continue;
    if (person[kind] !== undefined && canonical(kind, person[kind]) === canonical(kind, value)) continue;
    if (isFree(write, { kind, value })) workspace.people.assign(person, kind, value);
    else refused = (refused ?? new Set()).add(kind);
  }
  return refused ?? NONE;
}

function fits(kind: IdentifierKind, value: string): boolean {
  if (kind === 'id') return true;
  return kind === 'email' ? isEmail(value) : isPhone(value);
}

/** Ids change only through `cio_id`; e-mail and phone also by id, as workspaces allow by default. */
function isFree({ workspace, person, by }: IdentifierWrite, wanted: Identifier): boolean {
  if (workspace.suppressions.has(wanted)) return false;
  const holder = workspace.people.find(wanted);
  if (holder !== undefined && holder !== person) return false;
  return wanted.kind !== 'id' || person.id === undefined || by.kind === 'cio_id';
}

const hasAnother = (person: Person, kind: string): boolean =>
  IDENTIFIER_KINDS.some((other) => other !== kind && person[other] !== undefined);

function adoptAnonymous(workspace: Workspace, person: Person, anonymousId: string, nowMs: number): void {
  for (const event of workspace.anonymousEvents.claim(anonymousId, person.cioId, nowMs)) {
    workspace.recentEvents.add(person, event);
  }
  for (const object of workspace.objects.claimAnonymous(anonymousId)) {
    relate(person, object, object.anonymous.get(anonymousId) ?? {}, nowMs / 1000);
    object.anonymous.delete(anonymousId);
  }
}

/** v2 has a list that adds; v1 has `{action, relationships}` among the attributes. */
function writeRelationships(workspace: Workspace, person: Person, operation: Operation, atSeconds: number): void {
  const inAttributes = operation.attributes?.cio_relationships;
  const v1 = isJsonObject(inAttributes) ? inAttributes : undefined;
  const removes = v1?.action === 'delete_relationships';
  for (const entry of relationshipEntries(operation.cio_relationships ?? v1?.relationships)) {
    if (removes) {
      const object = workspace.objects.find(entry.identifiers);
      if (object !== undefined) unrelate(person, object);
      continue;
    }
    const object = workspace.objects.findOrCreate(entry.identifiers);
    if (object !== undefined) relate(person, object, entry.attributes, atSeconds);
  }
}
