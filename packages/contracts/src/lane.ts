import { crc32 } from 'node:zlib';
import type { Operation, PersonIdentifiers } from './operation.ts';

/**
 * The key by which order is kept, `<kind>:<value>`: a person's (or object's) operations all carry the same one, so they
 * share a lane, a hold and an erasure mark. E-mail addresses are lower-cased, because Customer.io ignores their case.
 *
 * Order is per identifier: a person addressed now by id and now by e-mail has two lane keys.
 */
export function laneKeyOf(operation: Operation): string {
  if (operation.type === 'delivery') return `delivery:${operation.identifiers.id}`;
  if (operation.type === 'object') {
    const { identifiers } = operation;
    if ('cio_object_id' in identifiers) return `cio_object_id:${identifiers.cio_object_id}`;
    return `object:${identifiers.object_type_id}:${identifiers.object_id}`;
  }
  if (operation.action === 'merge') return personLaneKey(operation.primary);
  return personLaneKey(operation.identifiers);
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
