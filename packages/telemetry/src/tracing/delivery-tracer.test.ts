import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../logger.ts';
import { createDeliveryTracer } from './delivery-tracer.ts';

const options = { workspace: 'default', workerId: 'w-1', version: '1.2.3' };
const facts = { purpose: 'lane', operations: 2, bytes: 100, verdict: 'delivered', status: 200 };
const head = { queue: 'default.lane.3', jobId: 'J1', stalls: 0 };

it('runs what it surrounds when no SDK is registered', async () => {
  const tracer = createDeliveryTracer(options);
  const outcome = { facts };
  expect(await tracer.head(head, async () => ({ kind: 'wait' }))).toEqual({ kind: 'wait' });
  expect(await tracer.request([{ id: 'A' }], async () => outcome)).toBe(outcome);
  await expect(tracer.request([], () => Promise.reject(new RangeError('ours')))).rejects.toThrow('ours');
});

describe('with a registered SDK', () => {
  const exporter = new InMemorySpanExporter();
  const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const tracer = createDeliveryTracer(options);

  beforeAll(() => provider.register());
  afterEach(() => exporter.reset());
  afterAll(async () => {
    await provider.shutdown();
    trace.disable();
  });

  it('makes a span per head with the requests of its batch inside', async () => {
    await tracer.head(head, async () => {
      await tracer.request([{ id: 'A' }, { id: 'B' }], async () => ({ facts }));
      return { kind: 'complete' };
    });
    const [request, outer] = exporter.getFinishedSpans();
    expect(outer).toMatchObject({
      name: 'cio_fleet.head',
      kind: SpanKind.CONSUMER,
      attributes: {
        'messaging.system': 'bullmq',
        'messaging.destination.name': 'default.lane.3',
        'messaging.operation.type': 'process',
        'messaging.message.id': 'J1',
        'messaging.client.id': 'w-1',
        'cio_fleet.workspace': 'default',
        'cio_fleet.result': 'complete',
      },
    });
    expect(request).toMatchObject({
      name: 'cio_fleet.deliver',
      kind: SpanKind.CLIENT,
      parentSpanContext: { spanId: outer?.spanContext().spanId },
      attributes: {
        'messaging.batch.message_count': 2,
        'cio_fleet.operation_ids': ['A', 'B'],
        'cio_fleet.purpose': 'lane',
        'cio_fleet.verdict': 'delivered',
        'http.response.status_code': 200,
        'http.request.body.size': 100,
      },
      status: { code: SpanStatusCode.UNSET },
    });
  });

  it.each([
    { verdict: 'transient', status: 503, type: '503' },
    { verdict: 'transient', status: undefined, type: 'transient' },
    { verdict: 'setup', status: 401, type: '401' },
    { verdict: 'throttled', status: 429, type: '429' },
  ])('marks a request that came to $verdict with status $status as failed', async ({ verdict, status, type }) => {
    const { status: _, ...rest } = facts;
    await tracer.request([{ id: 'A' }], async () => ({
      facts: { ...rest, verdict, ...(status !== undefined && { status }) },
    }));
    const [span] = exporter.getFinishedSpans();
    expect(span?.status).toEqual({ code: SpanStatusCode.ERROR });
    expect(span?.attributes['error.type']).toBe(type);
  });

  it('ends the span of what throws, without the message, and throws on', async () => {
    await expect(tracer.request([], () => Promise.reject(new RangeError('ada@example.com')))).rejects.toThrow(
      RangeError,
    );
    const [span] = exporter.getFinishedSpans();
    expect(span).toMatchObject({ ended: true, events: [], attributes: { 'error.type': 'RangeError' } });
    expect(span?.status).toEqual({ code: SpanStatusCode.ERROR });
  });

  it('names the active span in log lines', async () => {
    const lines: string[] = [];
    const logger = createLogger({
      name: 'worker',
      version: '1',
      destination: { write: (line) => void lines.push(line) },
    });
    await tracer.request([{ id: 'A' }], async () => {
      logger.warn({}, 'inside');
      return { facts };
    });
    logger.warn({}, 'outside');
    const context = exporter.getFinishedSpans()[0]?.spanContext();
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ trace_id: context?.traceId, span_id: context?.spanId });
    expect(lines[1]).not.toContain('trace_id');
  });
});
