import { queuePrefix, type WebhookJobData, webhooksQueueName } from '@cio-fleet/contracts';
import { type EmbeddedRedis, startRedis, uniqueWorkspace, waitFor } from '@cio-fleet/testkit';
import { Queue, Worker } from 'bullmq';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { readWebhookBody } from '../src/webhooks/webhook-body.ts';
import type { OnWebhookTaken } from '../src/webhooks/webhook-routes.ts';
import { createWebhookTaker } from '../src/webhooks/webhook-taker.ts';
import { createWebhooks, type WebhooksOptions } from '../src/webhooks/webhooks.ts';
import { createEdge, type Edge } from './support/edge.ts';
import { postWebhook, SIGNING_KEY, webhookBody } from './support/webhooks.ts';

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

async function start(options: Partial<WebhooksOptions> = {}, on: Edge = edge): Promise<string> {
  const webhooks = createWebhooks({
    workspaces: [{ name: workspace, webhookSigningKey: SIGNING_KEY }],
    redis: on.redis,
    registry: on.registry,
    logger: on.logger,
    ...options,
  });
  for (const service of webhooks.services) await on.start(service);
  return `${await on.serve(webhooks.routes)}/webhooks/customerio`;
}

async function waitingJobs(): Promise<readonly { id?: string | undefined; name: string; data: WebhookJobData }[]> {
  const queue = new Queue<WebhookJobData>(webhooksQueueName(workspace), {
    connection: edge.redis,
    prefix: queuePrefix(workspace),
  });
  try {
    return await queue.getJobs(['wait'], 0, -1, true);
  } finally {
    await queue.close();
  }
}

const outcomes = async () => {
  const metrics = await edge.registry.getMetricsAsJSON();
  const counter = metrics.find(({ name }) => name === 'cio_fleet_gateway_webhooks_total');
  const seen = counter?.values.filter(({ value }) => value > 0) ?? [];
  return Object.fromEntries(seen.map(({ labels, value }) => [labels.outcome, value]));
};

it('hands a webhook to a BullMQ consumer, typed, and answers 200', async () => {
  const url = await start();
  const body = webhookBody({ metric: 'clicked', data: { href: 'https://shop.example/', delivery_id: 'RPIL' } });
  const response = await postWebhook(url, body);
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({});

  const links: (string | undefined)[] = [];
  const consumer = new Worker<WebhookJobData>(
    webhooksQueueName(workspace),
    async ({ data }) => {
      if (data.kind === 'event' && data.event.metric === 'clicked') links.push(data.event.data.href);
    },
    { connection: edge.redis, prefix: queuePrefix(workspace), drainDelay: 1 },
  );
  await waitFor(() => links.length > 0, { timeoutMs: 30_000 });
  await consumer.close();
  expect(links).toEqual(['https://shop.example/']);
});

it('drops a webhook that comes again, also when another gateway process takes it', async () => {
  const body = webhookBody();
  const url = await start();
  expect((await postWebhook(url, body)).status).toBe(200);
  expect((await postWebhook(url, body, { timestamp: '1613066689' })).status).toBe(200);
  const next = createEdge(redis.url);
  const nextUrl = await start({}, next);
  expect((await postWebhook(nextUrl, body)).status).toBe(200);
  await next.stop();
  const { event_id } = JSON.parse(body) as { event_id: string };
  expect((await waitingJobs()).map(({ id }) => id)).toEqual([event_id]);
  expect(await outcomes()).toMatchObject({ taken: 1, repeat: 1 });
});

it('drops a repeat after its job was consumed, and remembers it for 8 days', async () => {
  const url = await start();
  const body = webhookBody();
  await postWebhook(url, body);
  const queue = new Queue(webhooksQueueName(workspace), { connection: edge.redis, prefix: queuePrefix(workspace) });
  await queue.obliterate({ force: true });
  await queue.close();
  await postWebhook(url, body);
  expect(await waitingJobs()).toEqual([]);
  const [mark = ''] = await edge.redis.keys(`${queuePrefix(workspace)}:webhooks-taken:*`);
  expect(await edge.redis.ttl(mark)).toBeGreaterThan(8 * 24 * 3600 - 60);
});

it('takes an event id that is no ULID, and drops its repeats too', async () => {
  const url = await start();
  for (const event_id of ['17', 'a:b', '17']) await postWebhook(url, webhookBody({ event_id }));
  expect((await waitingJobs()).map(({ id }) => id)).toEqual([
    expect.stringMatching(/^event-[0-9a-f]{32}$/),
    expect.stringMatching(/^event-[0-9a-f]{32}$/),
  ]);
});

it('refuses a wrong signature with 401, counts it, and logs it once', async () => {
  let told = 0;
  const url = await start({ onUnsigned: () => void told++ });
  for (let n = 0; n < 3; n += 1) {
    const response = await postWebhook(url, webhookBody(), { key: 'whsec_wrong' });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ error: { code: 'WEBHOOK_SIGNATURE_WRONG' } });
  }
  expect((await fetch(url, { method: 'POST' })).status).toBe(401);
  expect(await outcomes()).toEqual({ unsigned: 4 });
  expect(told).toBe(4);
  expect(edge.lines.filter((line) => line.includes('wrong signature'))).toHaveLength(1);
  expect(await waitingJobs()).toEqual([]);
});

it.each([
  ['no JSON', 'not json at all'],
  ['no event_id', webhookBody({ event_id: undefined })],
  ['a list', '[]'],
  ['a depth of 100,000', '['.repeat(100_000) + ']'.repeat(100_000)],
])('answers 200 to a signed body with %s, and keeps it as unreadable', async (_, body) => {
  const url = await start();
  expect((await postWebhook(url, body)).status).toBe(200);
  expect((await postWebhook(url, body)).status).toBe(200);
  const jobs = await waitingJobs();
  expect(jobs.map(({ name, data }) => [name, data.kind, 'body' in data && data.body])).toEqual([
    ['unreadable', 'unreadable', body],
  ]);
  expect(edge.lines.filter((line) => line.includes('cannot be read'))).toHaveLength(1);
});

it('passes a metric that nobody documented yet on as unlisted', async () => {
  const url = await start();
  await postWebhook(url, webhookBody({ metric: 'teleported' }));
  expect((await waitingJobs()).map(({ name, data }) => [name, data.kind])).toEqual([['email_teleported', 'unlisted']]);
});

it('has no endpoint for a workspace without a signing key', async () => {
  const bare = await start({ workspaces: [{ name: workspace }] });
  expect((await postWebhook(bare, webhookBody())).status).toBe(404);
  expect((await postWebhook(`${bare}/${workspace}`, webhookBody())).status).toBe(404);
});

it('serves the workspace of the path; without one the only one that has a key, or default', async () => {
  const other = { name: uniqueWorkspace('other'), webhookSigningKey: 'whsec_other' };
  const own = { name: workspace, webhookSigningKey: SIGNING_KEY };
  const two = await start({ workspaces: [own, other] });
  expect((await postWebhook(two, webhookBody())).status).toBe(404);
  expect((await postWebhook(`${two}/${workspace}`, webhookBody())).status).toBe(200);
  expect((await postWebhook(`${two}/${other.name}`, webhookBody())).status).toBe(401);
  expect((await postWebhook(`${two}/nobody`, webhookBody())).status).toBe(404);
  const one = await start({ workspaces: [own, { name: other.name }], registry: createEdge(redis.url).registry });
  expect((await postWebhook(one, webhookBody())).status).toBe(200);
});

it('answers other methods with 405', async () => {
  const response = await fetch(await start());
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
});

it('looks at the age only where one is set', async () => {
  const url = await start({ maxAgeSeconds: 300 });
  const now = String(Math.floor(Date.now() / 1000));
  expect((await postWebhook(url, webhookBody())).status).toBe(401);
  expect((await postWebhook(url, webhookBody(), { timestamp: 'soon' })).status).toBe(401);
  expect((await postWebhook(url, webhookBody(), { timestamp: now })).status).toBe(200);
});

it('goes on answering 200 when nobody consumes and the queue is full, and says so once', async () => {
  const url = await start({ queueMax: 2 });
  for (let n = 0; n < 5; n += 1) expect((await postWebhook(url, webhookBody())).status).toBe(200);
  expect(await waitingJobs()).toHaveLength(2);
  expect(await outcomes()).toEqual({ taken: 2, unqueued: 3 });
  expect(edge.lines.filter((line) => line.includes('nobody consumes'))).toHaveLength(1);
});

it('tells of each webhook once, for the journal', async () => {
  const told: Parameters<OnWebhookTaken>[] = [];
  const url = await start({ onTaken: (...facts) => told.push(facts) });
  const body = webhookBody();
  for (let n = 0; n < 2; n += 1) await postWebhook(url, body);
  expect(told).toEqual([[workspace, { kind: 'event', event: JSON.parse(body) }, expect.any(Number)]]);
});

it('notes a webhook that Redis takes after its answer, for its repeat is dropped', async () => {
  const onError = (error: Error) => expect.unreachable(error.message);
  const taker = createWebhookTaker({ redis: edge.redis, workspace, forwards: false, timeoutMs: 50, onError });
  const { id, name, job } = readWebhookBody(workspace, Buffer.alloc(0), JSON.parse(webhookBody()));
  const late: string[] = [];
  await edge.redis.ping();
  process.kill(redis.pid, 'SIGSTOP');
  const answer = await taker.take({ id, name, job }, (result) => late.push(result));
  process.kill(redis.pid, 'SIGCONT');
  expect(answer).toBe('away');
  await waitFor(() => late.length > 0, { timeoutMs: 30_000 });
  expect(late).toEqual(['taken']);
  const unhurried = createWebhookTaker({ redis: edge.redis, workspace, forwards: false, timeoutMs: 30_000, onError });
  expect(await unhurried.take({ id, name, job })).toBe('repeat');
});

it('logs nothing of the person, the body or the key', async () => {
  const url = await start();
  await postWebhook(url, webhookBody({ event_id: 5, data: { recipient: 'ada@example.com' } }));
  await postWebhook(url, webhookBody({ data: { recipient: 'ada@example.com' } }), { key: 'whsec_wrong' });
  expect(edge.lines.length).toBeGreaterThan(0);
  expect(edge.lines.join('')).not.toMatch(/ada@example|whsec/);
});
