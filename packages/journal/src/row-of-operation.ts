import {
  type Json,
  laneKeyOf,
  type Operation,
  personLaneKey,
  type QueuedOperation,
  traceIdOf,
  verbOf,
} from '@cio-fleet/contracts';
import type { JournalRow } from './row.ts';

/** What the process that settled an operation knows beside the operation. */
export type OutcomeFacts = Pick<JournalRow, 'time' | 'workspace' | 'outcome'> &
  Partial<Pick<JournalRow, 'attempts' | 'status' | 'errorCode' | 'reason' | 'worker' | 'lane' | 'occurrence'>>;

/** The row of an operation's outcome: the one place that maps operations to rows. */
export function rowOfOperation(operation: QueuedOperation, facts: OutcomeFacts): JournalRow {
  const { id, at, op, source, sessionId, traceId, redrives } = operation;
  const name = 'name' in op && typeof op.name === 'string' ? op.name : undefined;
  return {
    ...facts,
    acceptedAt: at,
    operationId: id,
    person: laneKeyOf(op),
    action: verbOf(op),
    queuedMs: Math.max(0, facts.time - at),
    payload: op,
    ...(name === undefined ? {} : { name }),
    ...(source === undefined ? {} : { source }),
    ...(sessionId === undefined ? {} : { sessionId }),
    // Of a traceparent the trace: that is what somebody looks for.
    ...(traceId === undefined ? {} : { traceId: traceIdOf(traceId) }),
    ...(redrives === undefined ? {} : { redrives }),
    ...identitiesOf(op),
  };
}

/** Who a merge, an identify or a form proves the person to be, too. */
function identitiesOf(op: Operation): Pick<JournalRow, 'aliases' | 'anonymousId'> {
  if (op.type === 'person' && op.action === 'merge') return { aliases: [personLaneKey(op.secondary)] };
  const { id, email, phone, anonymous_id: anonymousId } = attributesOf(op);
  const aliases = [
    ...(isIdentifier(id) ? [personLaneKey({ id: String(id) })] : []),
    ...(isIdentifier(email) ? [personLaneKey({ email: String(email) })] : []),
    ...(isIdentifier(phone) ? [personLaneKey({ phone: String(phone) })] : []),
  ].filter((alias) => alias !== laneKeyOf(op));
  return {
    ...(aliases.length === 0 ? {} : { aliases }),
    ...(isIdentifier(anonymousId) ? { anonymousId: String(anonymousId) } : {}),
  };
}

/** What it says of its person. Of what was filled in Customer.io makes attributes. */
function attributesOf(op: Operation): Readonly<Record<string, Json>> {
  if (op.type === 'form') return op.data;
  return op.type === 'person' && op.action === 'identify' ? (op.attributes ?? {}) : {};
}

function isIdentifier(value: unknown): value is string | number {
  return (typeof value === 'string' && value !== '') || typeof value === 'number';
}
