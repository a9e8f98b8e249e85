import type { IncomingMessage } from 'node:http';
import { newUlid, queuePrefix, webhookForwardQueueName } from '@cio-fleet/contracts';
import { createHttpService } from '@cio-fleet/lifecycle';
import { type EmbeddedRedis, freePort, startRedis, uniqueWorkspace, waitFor } from '@cio-fleet/testkit';
import { Queue } from 'bullmq';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { forwardJobOf } from '../src/webhooks/forward-job.ts';
import { nextForwardStep } from '../src/webhooks/forward-policy.ts';
import { createWebhookForwarder } from '../src/webhooks/webhook-forwarder.ts';
import { createWebhooks, type WebhooksOptions } from '../src/webhooks/webhooks.ts';
import { createEdge, type Edge } from './support/edge.ts';
import { postWebhook, SIGNING_KEY, signatureOf, webhookBody } from './support/webhooks.ts';

let redis: EmbeddedRedis;
let edge: Edge;
let workspace: string;

beforeAll(async () => {
  redis = await startRedis({ appendFsync: 'no' });
});
afterAll(() => redis.stop());
beforeEach(() => {
  edge = createEdge(redis.url);
  workspace = uniqueWorkspace('hooks');
});
afterEach(() => edge.stop());

interface Received {
  readonly body: string;
  readonly headers: IncomingMessage['headers'];
}

/** A receiver of forwarded webhooks; `answer` decides the status. */
async function startReceiver(port: number, answer: (body: string) => number = () => 200): Promise<readonly Received[]> {
  const received: Received[] = [];
  const receiver = createHttpService({
    name: 'receiver',
    port,
    handler: (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        const status = answer(body);
        if (status < 300) received.push({ body, headers: request.headers });
        response.writeHead(status, { location: '/elsewhere' }).end('thanks');
      });
    },
  });
  await edge.start(receiver);
  return received;
}

async function startGateway(options: Partial<WebhooksOptions>): Promise<string> {
  const { routes, services } = createWebhooks({
    workspaces: [{ name: workspace, webhookSigningKey: SIGNING_KEY }],
    redis: edge.redis,
    registry: edge.registry,
    logger: edge.logger,
    ...options,
  });
  for (const service of services) await edge.start(service);
  return `${await edge.serve(routes)}/webhooks/customerio`;
}

async function withQueue<T>(use: (queue: Queue) => Promise<T>): Promise<T> {
  const queue = new Queue(webhookForwardQueueName(workspace), {
    connection: edge.redis,
    prefix: queuePrefix(workspace),
  });
  try {
    return await use(queue);
  } finally {
    await queue.close();
  }
}

it('forwards a webhook as it came, so that its signature still fits', async () => {
  const port = await freePort();
  const received = await startReceiver(port);
  const url = await startGateway({ forwardUrl: `http://127.0.0.1:${port}/hook?a=b` });
  const body = `{ "odd":  "spacing", ${webhookBody().slice(1)}`;
  await postWebhook(url, body);
  await waitFor(() => received.length > 0, { timeoutMs: 30_000 });
  const [{ body: arrived = '', headers } = {}] = received;
  expect(arrived).toBe(body);
  expect(headers?.['x-cio-timestamp']).toBe('1613063089');
  expect(headers?.['x-cio-signature']).toBe(signatureOf(body, '1613063089'));
  expect(headers?.['content-type']).toBe('application/json');
});

it('forwards in order once a dead receiver is back', async () => {
  const port = await freePort();
  const url = await startGateway({
    workspaces: [
      { name: workspace, webhookSigningKey: SIGNING_KEY, webhookForwardUrl: `http://127.0.0.1:${port}/own` },
    ],
    forwardUrl: 'http://127.0.0.1:1/of-others',
  });
  const bodies = Array.from({ length: 20 }, () => webhookBody());
  for (const body of bodies) await postWebhook(url, body);
  const failures = async () => {
    const counter = edge.registry.getSingleMetric('cio_fleet_gateway_webhook_forwards_total');
    const { values } = (await counter?.get()) ?? { values: [] };
    return values.find(({ labels }) => labels.step === 'wait')?.value ?? 0;
  };
  await waitFor(async () => (await failures()) >= 2, { timeoutMs: 30_000 });
  const received = await startReceiver(port);
  await waitFor(() => received.length === bodies.length, { timeoutMs: 45_000 });
  expect(received.map(({ body }) => body)).toEqual(bodies);
}, 120_000);

it('does not follow redirects, and tries again instead', async () => {
  const port = await freePort();
  let calls = 0;
  const received = await startReceiver(port, () => (++calls === 1 ? 302 : 200));
  const url = await startGateway({ forwardUrl: `http://127.0.0.1:${port}/` });
  await postWebhook(url, webhookBody());
  await waitFor(() => received.length > 0, { timeoutMs: 30_000 });
  expect(calls).toBe(2);
});

it('puts what the receiver refuses to the failed jobs, with the reason, and goes on; a retry forwards it', async () => {
  const port = await freePort();
  let isPicky = true;
  const poison = newUlid();
  const received = await startReceiver(port, (body) => (isPicky && body.includes(poison) ? 422 : 200));
  const url = await startGateway({ forwardUrl: `http://127.0.0.1:${port}/` });
  await postWebhook(url, webhookBody({ event_id: poison }));
  await postWebhook(url, webhookBody());
  await waitFor(() => received.length === 1, { timeoutMs: 30_000 });
  await withQueue(async (queue) => {
    const [job] = await waitFor(async () => {
      const failed = await queue.getFailed();
      return failed.length > 0 && failed;
    });
    expect([job?.id, job?.failedReason]).toEqual([poison, 'the receiver refused it: HTTP 422']);
    isPicky = false;
    await job?.retry();
  });
  await waitFor(() => received.length === 2, { timeoutMs: 30_000 });
});

it('lets others pass a webhook that was put aside, and comes back to it', async () => {
  const port = await freePort();
  const poison = newUlid();
  let refusals = 0;
  const received = await startReceiver(port, (body) => (body.includes(poison) && ++refusals <= 2 ? 500 : 200));
  const webhooks = [webhookBody({ event_id: poison }), webhookBody(), webhookBody()];
  await withQueue(async (queue) => {
    for (const body of webhooks) await queue.add('email_opened', forwardJobOf(Buffer.from(body), {}, Date.now()));
  });
  await edge.start(
    createWebhookForwarder({
      workspace,
      url: `http://127.0.0.1:${port}/`,
      redis: edge.redis,
      nextStep: (situation) => {
        const step = nextForwardStep(situation);
        return step.kind === 'wait' ? { kind: 'aside', delayMs: 300 } : step;
      },
      onAttempt: () => undefined,
      onError: () => undefined,
    }),
  );
  await waitFor(() => received.length === 3, { timeoutMs: 30_000 });
  expect(received.map(({ body }) => webhooks.indexOf(body))).toEqual([1, 2, 0]);
  expect(refusals).toBe(3);
});

it('answers 503 when the receiver is too far behind, and keeps what it has', async () => {
  const port = await freePort();
  const url = await startGateway({ forwardUrl: `http://127.0.0.1:${port}/`, queueMax: 3 });
  const statuses: number[] = [];
  const first = webhookBody();
  for (const body of [first, webhookBody(), webhookBody(), webhookBody(), webhookBody()]) {
    statuses.push((await postWebhook(url, body)).status);
  }
  // One may be on its way to the receiver, so not among those that wait.
  expect(statuses.slice(0, 3)).toEqual([200, 200, 200]);
  expect(statuses.at(-1)).toBe(503);
  expect((await postWebhook(url, first)).status).toBe(200);
});
