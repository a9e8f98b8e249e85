import { context, propagation, trace } from '@opentelemetry/api';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { activeTraceparent } from './active-traceparent.ts';
import { createTestProducer } from './testing/index.ts';

it('is nothing while no SDK is registered', () => {
  expect(activeTraceparent()).toBeUndefined();
});

let provider: NodeTracerProvider;
beforeEach(() => {
  provider = new NodeTracerProvider();
  provider.register();
});
afterEach(async () => {
  await provider.shutdown();
  trace.disable();
  context.disable();
  propagation.disable();
});

it('is nothing outside of a span', () => {
  expect(activeTraceparent()).toBeUndefined();
});

it('is the active span', () => {
  trace.getTracer('host').startActiveSpan('checkout', (span) => {
    const { traceId, spanId } = span.spanContext();
    expect(activeTraceparent()).toBe(`00-${traceId}-${spanId}-01`);
    span.end();
  });
});

it('gives a test producer no default trace, so that assertions stay simple', async () => {
  const cio = createTestProducer();
  await trace.getTracer('host').startActiveSpan('checkout', () => cio.track('42', 'Seen'));
  expect(cio.operations[0]).not.toHaveProperty('traceId');
});
