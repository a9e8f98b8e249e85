import type { IncomingHttpHeaders } from 'node:http';
import type { OperationInput } from '@cio-fleet/producer';
import type { Caller } from '../access/caller.ts';

/** What a request says about all of its operations. */
export interface CallLabels {
  readonly source?: string;
  readonly sessionId?: string;
  readonly traceId?: string;
  /** Of the request; operations of a batch get their position added. */
  readonly idempotencyKey?: string;
}

/** W3C trace context; the trace id is what finds the trace. @see https://www.w3.org/TR/trace-context/#traceparent-header */
const TRACEPARENT = /^[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/;
/** Visible ASCII: what else a header may hold has no place in a label. */
const LABEL = /^[\x21-\x7e]{1,128}$/;

/** Reads the labels of a request's headers; what is no good label is left out, for no call fails by its trace. */
export function callLabels(caller: Caller, headers: IncomingHttpHeaders): CallLabels {
  const { traceparent } = headers;
  const trace = typeof traceparent === 'string' ? TRACEPARENT.exec(traceparent)?.[1] : undefined;
  const traceId = trace ?? labelOf(headers['x-request-id']);
  const sessionId = labelOf(headers['x-session-id']);
  const idempotencyKey = labelOf(headers['idempotency-key']);
  return {
    ...(caller.source !== undefined && { source: caller.source }),
    ...(sessionId !== undefined && { sessionId }),
    ...(traceId !== undefined && { traceId }),
    ...(idempotencyKey !== undefined && { idempotencyKey }),
  };
}

/** The operations of one request with its labels. What an operation says itself stays, save who sends it. */
export function labelled(operations: readonly OperationInput[], labels: CallLabels): readonly OperationInput[] {
  const { source, idempotencyKey, ...others } = labels;
  return operations.map((operation, index) => ({
    ...others,
    ...(idempotencyKey !== undefined && {
      idempotencyKey: operations.length === 1 ? idempotencyKey : `${idempotencyKey}:${index}`,
    }),
    ...operation,
    ...(source !== undefined && { source }),
  }));
}

function labelOf(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'string' && LABEL.test(header) ? header : undefined;
}
