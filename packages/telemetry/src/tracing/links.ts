import { readTraceparent } from '@cio-fleet/contracts';
import type { Link } from '@opentelemetry/api';

/** An operation that carries the span in which it was accepted, perhaps. */
export interface TracedOperation {
  readonly id: string;
  /** A W3C traceparent; anything else is no link. */
  readonly traceId?: string;
}

/** Links of one span. A request has up to 1,000 operations, and exporters drop spans that grow too large. */
export const MAX_LINKS = 32;

/** One link for each span in which operations were accepted, in their order, up to {@link MAX_LINKS}; each with its first operation's id. */
export function linksOf(operations: readonly TracedOperation[]): Link[] {
  const links = new Map<string, Link>();
  for (const { id, traceId } of operations) {
    if (traceId === undefined || links.has(traceId)) continue;
    const origin = readTraceparent(traceId);
    if (origin === undefined) continue;
    links.set(traceId, { context: { ...origin, isRemote: true }, attributes: { 'cio_fleet.operation_id': id } });
    if (links.size === MAX_LINKS) break;
  }
  return [...links.values()];
}
