import { createHash } from 'node:crypto';
import type { IdentifyOperation } from '@cio-fleet/contracts';

/**
 * Equal for identifies that say the same of a person: same attributes and relationships in whatever key order, and the same
 * explicit timestamp, or none. The time of acceptance is no part of it. A hash, because attributes may be 32 kB.
 */
export function identifyFingerprint(operation: IdentifyOperation): string {
  const { attributes, cio_relationships: relationships, timestamp } = operation;
  return createHash('sha256')
    .update(canonical([attributes, relationships, timestamp]))
    .digest('base64');
}

/** JSON with sorted keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
