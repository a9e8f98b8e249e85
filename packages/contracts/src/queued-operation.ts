import type { Operation } from './operation.ts';

/** An accepted operation, as it travels through the queues. */
export interface QueuedOperation {
  /** ULID, minted when the operation is accepted; the same on every attempt, so that Customer.io drops repeats. */
  readonly id: string;
  /** When it was accepted, by Redis's clock, in ms since the epoch. */
  readonly at: number;
  /** The service that sent it. */
  readonly source?: string;
  readonly sessionId?: string;
  readonly traceId?: string;
  /** The caller's key: repeats of a call within its window settle as deduplicated. */
  readonly idempotencyKey?: string;
  /** How long repeats of the key are recognised, in ms. Absent: 5 minutes. */
  readonly idempotencyWindowMs?: number;
  /** How often it was redriven from dead letters. Absent means never. */
  readonly redrives?: number;
  /** When it was redriven last, in ms: the age limit counts from here. */
  readonly redrivenAt?: number;
  /** What to do, in the shape that Customer.io's v2 API reads; in one of ours where only v1 has it. */
  readonly op: Operation;
}

/**
 * The operation as it goes over the wire: events carry the ULID by which Customer.io drops repeats, and events and
 * identifies carry the time of acceptance, by which Customer.io orders them, so that late and repeated ones do no harm.
 */
export function wireOperation({ id, at, op }: QueuedOperation): Operation {
  if (op.type === 'object') return op;
  const timestamp = Math.floor(at / 1000);
  switch (op.action) {
    case 'identify':
    case 'metric':
      return op.timestamp === undefined ? { ...op, timestamp } : op;
    case 'event':
    case 'page':
    case 'screen':
      if (op.type === 'delivery') return op.timestamp === undefined ? { ...op, timestamp } : op;
      return { ...op, id: op.id ?? id, timestamp: op.timestamp ?? timestamp };
    default:
      return op;
  }
}
