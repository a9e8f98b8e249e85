import { idempotencyWindowMs, laneKeyOf, type QueuedOperation } from '@cio-fleet/contracts';
import type { Claim } from './lane-store.ts';

/**
 * The claims of those operations that carry an idempotency key; the others cost nothing. A key is the caller's within one
 * person: a repeat of a call is about the same person, and `welcome` for two persons is two calls.
 */
export function claimsOf(operations: readonly QueuedOperation[]): Claim[] {
  const claims: Claim[] = [];
  for (const operation of operations) {
    const { id, idempotencyKey } = operation;
    if (idempotencyKey === undefined) continue;
    claims.push({
      operationId: id,
      atMs: operation.at,
      laneKey: laneKeyOf(operation.op),
      idempotencyKey,
      windowMs: idempotencyWindowMs(operation),
    });
  }
  return claims;
}
