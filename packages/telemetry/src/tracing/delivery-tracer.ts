import { type Attributes, context, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { linksOf, type TracedOperation } from './links.ts';

/** What one HTTP request came to; `RequestFacts` of delivery. */
export interface TracedFacts {
  readonly purpose: string;
  readonly operations: number;
  readonly bytes: number;
  readonly verdict: string;
  readonly status?: number;
}

/** One start of a head. */
export interface TracedHead {
  readonly queue: string;
  readonly jobId: string;
  /** How often its worker died or lost its lock. */
  readonly stalls: number;
}

/** Whose spans they are; an attribute of each. */
export interface DeliveryTracerOptions {
  readonly workspace: string;
  readonly workerId: string;
  readonly version: string;
}

/** Spans of a worker. Without a registered SDK every one of them is a no-op. */
export interface DeliveryTracer {
  /** `cio_fleet.head`: from the start of a head to its end, with the requests of its batch inside. */
  head<Result extends { readonly kind: string }>(head: TracedHead, run: () => Promise<Result>): Promise<Result>;
  /** `cio_fleet.deliver`: one request to Customer.io, linked to the spans in which its operations were accepted. */
  request<Result extends { readonly facts: TracedFacts }>(
    operations: readonly TracedOperation[],
    exchange: () => Promise<Result>,
  ): Promise<Result>;
}

/** Beyond it the ids of a request's operations are left out: a request may have 1,000. */
const MAX_IDS = 32;

/** Verdicts after which the request has done what it was for, or was given up by us. */
const NO_ERRORS: readonly string[] = ['delivered', 'partial', 'aborted'];

/**
 * Traces deliveries with what `@opentelemetry/api` has registered. Names and attributes hold no personal data.
 *
 * @see docs/observability.md#traces
 * @see https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/
 */
export function createDeliveryTracer({ workspace, workerId, version }: DeliveryTracerOptions): DeliveryTracer {
  const tracer = trace.getTracer('cio-fleet', version);
  const common = {
    'messaging.system': 'bullmq',
    'messaging.client.id': workerId,
    'cio_fleet.workspace': workspace,
  } as const satisfies Attributes;

  return {
    head({ queue, jobId, stalls }, run) {
      const attributes = {
        ...common,
        'messaging.operation.name': 'process',
        'messaging.operation.type': 'process',
        'messaging.destination.name': queue,
        'messaging.message.id': jobId,
        ...(stalls > 0 && { 'cio_fleet.stalls': stalls }),
      };
      const start = () => tracer.startSpan('cio_fleet.head', { kind: SpanKind.CONSUMER, attributes });
      return inside(start, run, (span, { kind }) => span.setAttribute('cio_fleet.result', kind));
    },
    request(operations, exchange) {
      const attributes = {
        ...common,
        'messaging.operation.name': 'deliver',
        'messaging.batch.message_count': operations.length,
        'cio_fleet.operation_ids': operations.slice(0, MAX_IDS).map(({ id }) => id),
      };
      const links = linksOf(operations);
      const start = () => tracer.startSpan('cio_fleet.deliver', { kind: SpanKind.CLIENT, attributes, links });
      return inside(start, exchange, (span, { facts }) => describe(span, facts));
    },
  };
}

function describe(span: Span, { purpose, operations, bytes, verdict, status }: TracedFacts): void {
  span.setAttributes({
    'cio_fleet.purpose': purpose,
    'cio_fleet.verdict': verdict,
    // Fewer than operations where identifies were merged.
    'cio_fleet.request_items': operations,
    'http.request.body.size': bytes,
    ...(status !== undefined && { 'http.response.status_code': status }),
  });
  if (NO_ERRORS.includes(verdict)) return;
  span.setAttribute('error.type', status === undefined || status < 400 ? verdict : String(status));
  span.setStatus({ code: SpanStatusCode.ERROR });
}

/** The span is the active one while `run` runs, so that spans of the HTTP client become its children, and log lines name it. */
async function inside<Result>(
  start: () => Span,
  run: () => Promise<Result>,
  onResult: (span: Span, result: Result) => void,
): Promise<Result> {
  const span = quietly(start);
  if (span === undefined) return run();
  try {
    const result = await context.with(trace.setSpan(context.active(), span), run);
    quietly(() => onResult(span, result));
    return result;
  } catch (error) {
    // Not its message: that may quote what a person sent.
    quietly(() => span.setAttribute('error.type', error instanceof Error ? error.name : 'unknown'));
    quietly(() => span.setStatus({ code: SpanStatusCode.ERROR }));
    throw error;
  } finally {
    quietly(() => span.end());
  }
}

/** What the host's SDK, sampler or exporter throws must not look like a failed delivery: that would be repeated. */
function quietly<Result>(step: () => Result): Result | undefined {
  try {
    return step();
  } catch {
    return undefined;
  }
}
