import { type Attributes, newUlid, type Operation, type QueuedOperation } from '@cio-fleet/contracts';

/** An operation as if it had been accepted at `atMs`. */
export function queued(op: Operation, atMs = 1_772_013_598_000): QueuedOperation {
  return { id: newUlid(), at: atMs, op };
}

export function identify(id: string, attributes: Attributes = {}, extra: { timestamp?: number } = {}): Operation {
  return { type: 'person', action: 'identify', identifiers: { id }, attributes, ...extra };
}

export function track(id: string, name = 'purchase', attributes: Attributes = {}): Operation {
  return { type: 'person', action: 'event', identifiers: { id }, name, attributes };
}

export function erase(id: string): Operation {
  return { type: 'person', action: 'delete', identifiers: { id } };
}
