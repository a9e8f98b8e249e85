import type { Item } from './item.ts';
import type { DeliveryLimits } from './limits.ts';

/** `{"batch":[` and `]}`; what v1 has around its data is of the same size. */
const ENVELOPE_BYTES = 12;

/** Bytes of the request body that carries `items`; for what goes to v1, a close upper bound. */
export function bodyBytesOf(items: readonly Item[]): number {
  return items.reduce((sum, { bytes }) => sum + bytes + 1, ENVELOPE_BYTES - 1);
}

/**
 * Cuts items of one route into requests, in order, each with as many as fit. One that is over the limit of a single operation travels
 * alone, so that Customer.io's refusal hits nothing else and needs no search.
 */
export function pack(items: readonly Item[], limits: DeliveryLimits): readonly (readonly Item[])[] {
  const parts: Item[][] = [];
  let part: Item[] = [];
  let partBytes = ENVELOPE_BYTES;
  const close = () => {
    if (part.length > 0) parts.push(part);
    part = [];
    partBytes = ENVELOPE_BYTES;
  };
  for (const item of items) {
    const oversized = item.bytes > limits.maxOperationBytes;
    const full = part.length >= limits.maxBatchOperations || partBytes + item.bytes >= limits.maxBodyBytes;
    if (oversized || full) close();
    part.push(item);
    partBytes += item.bytes + 1;
    if (oversized) close();
  }
  close();
  return parts;
}
