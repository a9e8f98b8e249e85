import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FleetProcess } from '@cio-fleet/testkit';
import { waitFor } from '@cio-fleet/testkit';
import { context, propagation, type Span, trace } from '@opentelemetry/api';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Rig, startRig } from '../rig/rig.ts';
import { type RecordedSpan, readSpans } from './recorded-span.ts';

const SDK = fileURLToPath(new URL('./fixtures/record-spans.ts', import.meta.url));

let rig: Rig;
let folder: string;
let spansFile: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cio-fleet-traces-'));
  spansFile = join(folder, 'spans.jsonl');
  rig = await startRig({ env: { CIO_FLEET_LANES: '1' }, redis: { appendFsync: 'no' } });
}, 120_000);
afterAll(async () => {
  await rig.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The host of the producer: an SDK of its own, and a span per call of its users. */
async function inSpan<Result>(name: string, run: () => Promise<Result>): Promise<{ result: Result; span: Span }> {
  return trace.getTracer('host').startActiveSpan(name, async (span) => {
    const result = await run();
    span.end();
    return { result, span };
  });
}

const spansOf = (name: string) => readSpans(spansFile).filter((span) => span.name === name);

describe('with an SDK in producer and worker', () => {
  const provider = new NodeTracerProvider();
  let worker: FleetProcess;
  const spans: Span[] = [];
  const ids: string[] = [];

  beforeAll(async () => {
    provider.register();
    const cio = rig.createProducer({ lanes: 1 });
    // No worker yet: so all of it is packed into one head and its followers, and goes as one request.
    for (const person of ['ada', 'grace', 'alan']) {
      const { result, span } = await inSpan('checkout', () => cio.track(person, 'Order Placed', { total: 9 }));
      if (!result.ok) throw new Error(result.error.message);
      ids.push(result.id);
      spans.push(span);
    }
    worker = await rig.startWorker({ NODE_OPTIONS: `--import=${SDK}`, SPANS_FILE: spansFile });
    await waitFor(() => spansOf('cio_fleet.head').length > 0 && spansOf('cio_fleet.deliver').length > 0);
  }, 120_000);
  afterAll(async () => {
    await worker?.stop();
    await provider.shutdown();
    for (const api of [trace, context, propagation]) api.disable();
  });

  it('links the span of the request to the span of each call that it delivers', () => {
    const [request] = spansOf('cio_fleet.deliver');
    const origins = spans.map((span) => ({ traceId: span.spanContext().traceId, spanId: span.spanContext().spanId }));
    expect(request?.links).toEqual(origins);
    expect(request?.attributes).toMatchObject({
      'messaging.batch.message_count': 3,
      'cio_fleet.operation_ids': ids,
      'cio_fleet.workspace': 'default',
      'cio_fleet.verdict': 'delivered',
      'http.response.status_code': 200,
    });
  });

  it('puts the request into the span of its head', () => {
    const [request] = spansOf('cio_fleet.deliver');
    const head = spansOf('cio_fleet.head').find(({ spanId }) => spanId === request?.parentSpanId);
    expect(head?.attributes).toMatchObject({
      'messaging.system': 'bullmq',
      'messaging.destination.name': 'default.lane.0',
      'messaging.operation.name': 'process',
      'cio_fleet.result': 'wait',
    });
    expect(head?.traceId).toBe(request?.traceId);
  });

  it('writes nothing of the persons and their events into spans', () => {
    const text = JSON.stringify(readSpans(spansFile) satisfies readonly RecordedSpan[]);
    expect(text).not.toMatch(/ada|grace|alan|Order Placed|total|demo-key/);
  });
});

it('Without an SDK the worker delivers all the same', async () => {
  const worker = await rig.startWorker();
  const cio = rig.createProducer({ lanes: 1 });
  const result = await cio.track('edsger', 'Order Placed');
  expect(result.ok).toBe(true);
  await waitFor(() => rig.simulator.person('edsger')?.events.length === 1);
  expect(await worker.stop()).toBe(0);
});
