import {
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
  const aliases = aliasesOf(op);
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
    ...(aliases.length === 0 ? {} : { aliases }),
  };
}

/** A merge proves that both are one; an identify by id with an address, that the address is theirs. */
function aliasesOf(op: Operation): readonly string[] {
  if (op.type !== 'person') return [];
  if (op.action === 'merge') return [personLaneKey(op.secondary)];
  if (op.action !== 'identify') return [];
  const { email } = op.attributes ?? {};
  return typeof email === 'string' && email !== '' ? [personLaneKey({ email })] : [];
}
