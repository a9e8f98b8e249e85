import { isSpanContextValid, trace } from '@opentelemetry/api';

/** The fields by which a log line is found from its trace, and the other way round. */
export interface ActiveTrace {
  readonly trace_id?: string;
  readonly span_id?: string;
}

/** The active span, in the spelling of OpenTelemetry's log data model; nothing without a registered SDK. */
export function activeTrace(): ActiveTrace {
  const active = trace.getActiveSpan()?.spanContext();
  if (active === undefined || !isSpanContextValid(active)) return {};
  return { trace_id: active.traceId, span_id: active.spanId };
}
