import { type Operation, type QueuedOperation, wireOperation } from '@cio-fleet/contracts';

/** One element of a request: an operation as it goes over the wire, alone or merged from several identifies. */
export interface Item {
  readonly op: Operation;
  /** Bytes of `op` as JSON in UTF-8. */
  readonly bytes: number;
  /** What it delivers, in order: more than one for merged identifies. */
  readonly members: readonly Member[];
}

/** An operation of the delivery request, with its index there. */
export interface Member {
  readonly index: number;
  readonly queued: QueuedOperation;
}

/** One operation on its own. */
export function itemOf(member: Member): Item {
  const op = wireOperation(member.queued);
  return { op, bytes: bytesOf(op), members: [member] };
}

export function bytesOf(op: Operation): number {
  return Buffer.byteLength(JSON.stringify(op));
}
