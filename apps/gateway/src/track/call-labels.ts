import type { IncomingHttpHeaders } from 'node:http';
import { CONTENT_IDEMPOTENCY_KEY, readTraceparent } from '@cio-fleet/contracts';
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

/** Characters of a traceparent. What a later version may append is of no use to us. */
const TRACEPARENT_LENGTH = 55;
/** Visible ASCII: what else a header may hold has no place in a label. */
const LABEL = /^[\x21-\x7e]{1,128}$/;

/** Reads the labels of a request's headers; what is no good label is left out, for no call fails by its trace. */
export function callLabels(caller: Caller, headers: IncomingHttpHeaders): CallLabels {
  const { traceparent } = headers;
  const isTrace = typeof traceparent === 'string' && readTraceparent(traceparent) !== undefined;
  // Whole, so that the delivery can be linked to the span that it names.
  const traceId = isTrace ? traceparent.slice(0, TRACEPARENT_LENGTH) : labelOf(headers['x-request-id']);
  const sessionId = labelOf(headers['x-session-id']);
  const idempotencyKey = keyOf(labelOf(headers['idempotency-key']));
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

/** In a header every key is only a key: the word by which the producer derives one from the content goes in quotes. */
function keyOf(label: string | undefined): string | undefined {
  return label === CONTENT_IDEMPOTENCY_KEY ? `"${label}"` : label;
}

function labelOf(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'string' && LABEL.test(header) ? header : undefined;
}
