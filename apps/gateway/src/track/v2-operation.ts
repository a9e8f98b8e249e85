import { createHash } from 'node:crypto';
import { isUlid, type TrackProblem } from '@cio-fleet/contracts';
import type { OperationInput } from '@cio-fleet/producer';
import { isJsonObject, knownOfDevice, knownOfRelationships } from './known-members.ts';
import { findMistypedIdentifier } from './mistyped-identifiers.ts';

/** An operation to be made durable, or why it is refused. */
export type V2Reading =
  | { readonly ok: true; readonly operation: OperationInput }
  | { readonly ok: false; readonly problem: TrackProblem };

const EVENT = ['identifiers', 'id', 'name', 'timestamp', 'attributes'] as const;
const DEVICE = ['identifiers', 'device'] as const;
const RELATED = ['identifiers', 'cio_relationships'] as const;

/** The members that Customer.io reads of each operation of v2. It ignores others, and so do we. */
const MEMBERS: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>> = new Map([
  [
    'person',
    new Map<string, readonly string[]>([
      ['identify', ['identifiers', 'timestamp', 'attributes', 'cio_relationships']],
      ['event', EVENT],
      ['page', EVENT],
      ['screen', EVENT],
      ['add_device', DEVICE],
      ['delete_device', DEVICE],
      ['add_relationships', RELATED],
      ['delete_relationships', RELATED],
      ['merge', ['primary', 'secondary']],
      ['delete', ['identifiers']],
      ['suppress', ['identifiers']],
      ['unsuppress', ['identifiers']],
    ]),
  ],
  [
    'object',
    new Map<string, readonly string[]>([
      ['identify', ['identifiers', 'attributes', 'cio_relationships']],
      ['identify_anonymous', ['identifiers', 'attributes', 'cio_relationships']],
      ['add_relationships', RELATED],
      ['delete_relationships', RELATED],
      ['delete', ['identifiers']],
    ]),
  ],
  ['delivery', new Map([['event', ['identifiers', 'name', 'timestamp', 'attributes']]])],
]);

/** Call options that an operation may have beside its members: ours, Customer.io ignores them. */
const OPTIONS = ['source', 'sessionId', 'traceId', 'idempotencyKey'] as const;
const MAX_OPTION_BYTES = 256;

/**
 * Reads one operation of a v2 request. Members that Customer.io ignores, and nulls, are left out; whether the rest is an
 * operation is the intake's business. What our validation would mend and Customer.io refuses is refused here.
 */
export function readV2Operation(value: unknown): V2Reading {
  if (!isJsonObject(value)) return refuse('invalid', '', 'operation must be a hash');
  const { type, action } = value;
  if (typeof type !== 'string') return refuse('required', 'type', 'type must be person, object or delivery');
  if (typeof action !== 'string') return refuse('required', 'action', 'action must be present');
  const actions = MEMBERS.get(type);
  if (actions === undefined) return refuse('invalid', 'type', 'type must be person, object or delivery');
  const members = actions.get(action);
  if (members === undefined) {
    return refuse('invalid', 'action', `action of a ${type} must be one of ${[...actions.keys()].join(', ')}`);
  }
  const problem = findMistypedIdentifier(value);
  if (problem !== undefined) return { ok: false, problem };

  const operation: Record<string, unknown> = { type, action };
  for (const name of members) {
    const member = value[name];
    if (member === undefined || member === null) continue;
    operation[name] = knownOf(name, member);
  }
  for (const name of OPTIONS) {
    const option = value[name];
    if (typeof option === 'string' && option !== '' && Buffer.byteLength(option) <= MAX_OPTION_BYTES) {
      operation[name] = option;
    }
  }
  if (members === EVENT) moveForeignId(operation);
  return { ok: true, operation: operation as OperationInput };
}

function knownOf(name: string, member: unknown): unknown {
  if (name === 'device') return knownOfDevice(member);
  return name === 'cio_relationships' ? knownOfRelationships(member) : member;
}

/** An event's id that is no ULID can't travel as one: repeats of it are recognised by the idempotency key. */
function moveForeignId(operation: Record<string, unknown>): void {
  const { id } = operation;
  if (typeof id !== 'string' || isUlid(id.toUpperCase())) return;
  delete operation.id;
  if (id === '') return;
  operation.idempotencyKey ??= `event-id:${createHash('sha256').update(id).digest('base64url')}`;
}

function refuse(reason: TrackProblem['reason'], field: string, message: string): V2Reading {
  return { ok: false, problem: { reason, field, message } };
}
