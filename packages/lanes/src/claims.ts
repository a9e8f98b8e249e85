import { idempotencyWindowMs, type QueuedOperation } from '@cio-fleet/contracts';
import type { Claim } from './lane-store.ts';

/** The claims of those operations that carry an idempotency key; the others cost nothing. */
export function claimsOf(operations: readonly QueuedOperation[]): Claim[] {
  const claims: Claim[] = [];
  for (const operation of operations) {
    const { id, idempotencyKey } = operation;
    if (idempotencyKey === undefined) continue;
    claims.push({ operationId: id, idempotencyKey, windowMs: idempotencyWindowMs(operation) });
  }
  return claims;
}
