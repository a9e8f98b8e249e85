/** Version, trace id, span id and flags; later versions may append fields. @see https://www.w3.org/TR/trace-context/#traceparent-header */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-|$)/;

/** The span during which an operation was accepted. */
export interface TraceContext {
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits. */
  readonly spanId: string;
  /** Bit 0: the trace is recorded. */
  readonly traceFlags: number;
}

/** The span that an operation's `traceId` names, where it is a W3C traceparent; else undefined. */
export function readTraceparent(label: string): TraceContext | undefined {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(label) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) };
}

/** What finds the trace: the trace id of a traceparent, or the label as it is, such as the id of a request. */
export function traceIdOf(label: string): string {
  return readTraceparent(label)?.traceId ?? label;
}
