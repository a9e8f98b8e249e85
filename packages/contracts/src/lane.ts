import { crc32 } from 'node:zlib';
import type { InviteOperation, ObjectIdentifiers, Operation, PersonIdentifiers } from './operation.ts';

/** Most lanes that a workspace may have; a larger number in Redis was not written by us. */
export const MAX_LANES = 1_024;

/**
 * The key by which order is kept, `<kind>:<value>`: a person's (or object's) operations all carry the same one, so they
 * share a lane, a hold and an erasure mark. E-mail addresses are lower-cased, because Customer.io ignores their case.
 *
 * A form that they submit and a segment that they enter are the person's too; an invitation is of whoever has its address.
 *
 * Order is per identifier: a person addressed now by id and now by e-mail has two lane keys.
 */
export function laneKeyOf(operation: Operation): string {
  switch (operation.type) {
    case 'person':
      return personLaneKey(operation.action === 'merge' ? operation.primary : operation.identifiers);
    case 'object':
      return objectLaneKey(operation.identifiers);
    case 'delivery':
      return `delivery:${operation.identifiers.id}`;
    case 'form':
      return personLaneKey(operation.data);
    case 'segment':
      return personLaneKey(operation.person);
    case 'invite':
      return inviteLaneKey(operation);
  }
}

function objectLaneKey(identifiers: ObjectIdentifiers): string {
  if ('cio_object_id' in identifiers) return `cio_object_id:${identifiers.cio_object_id}`;
  return `object:${identifiers.object_type_id}:${identifiers.object_id}`;
}

/** An event of nobody needs no order: its name spreads such events over the lanes. */
function inviteLaneKey({ name, attributes }: InviteOperation): string {
  const recipient = attributes?.recipient;
  return typeof recipient === 'string' && recipient !== '' ? personLaneKey({ email: recipient }) : `invite:${name}`;
}

/** The lane key of a person given by one identifier, `id:42` or `email:ada@example.com`. */
export function personLaneKey(identifiers: PersonIdentifiers | { readonly anonymous_id: string }): string {
  if ('id' in identifiers) return `id:${identifiers.id}`;
  if ('email' in identifiers) return `email:${identifiers.email.toLowerCase()}`;
  if ('phone' in identifiers) return `phone:${identifiers.phone}`;
  if ('cio_id' in identifiers) return `cio_id:${identifiers.cio_id}`;
  return `anonymous_id:${identifiers.anonymous_id}`;
}

/** The lane of a lane key: `crc32(laneKey) % lanes`. Every producer and worker version must agree on this. */
export function laneOf(laneKey: string, lanes: number): number {
  return crc32(laneKey) % lanes;
}
