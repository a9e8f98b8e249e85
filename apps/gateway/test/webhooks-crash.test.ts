import { fileURLToPath } from 'node:url';
import { newUlid, queuePrefix, webhooksQueueName } from '@cio-fleet/contracts';
import { type EmbeddedRedis, runFleetProcess, startRedis, uniqueWorkspace, waitFor } from '@cio-fleet/testkit';
import { Queue } from 'bullmq';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createWebhooks } from '../src/webhooks/webhooks.ts';
import { createEdge, type Edge } from './support/edge.ts';
import { postWebhook, SIGNING_KEY, webhookBody } from './support/webhooks.ts';

const ENTRY = fileURLToPath(new URL('fixtures/webhook-gateway.ts', import.meta.url));

let redis: EmbeddedRedis;
let edge: Edge;
let workspace: string;

beforeEach(async () => {
  redis = await startRedis();
  edge = createEdge(redis.url);
  workspace = uniqueWorkspace('hooks');
});
afterEach(async () => {
  await edge.stop();
  await redis.stop();
});

async function waitingIds(): Promise<readonly (string | undefined)[]> {
  const queue = new Queue(webhooksQueueName(workspace), { connection: edge.redis, prefix: queuePrefix(workspace) });
  try {
    return (await queue.getJobs(['wait'], 0, -1, true)).map(({ id }) => id);
  } finally {
    await queue.close();
  }
}

it('keeps every webhook that was answered 200, each once, through kill -9 of the gateway and what Customer.io repeats', async () => {
  const env = { REDIS_URL: redis.url, WORKSPACE: workspace };
  let gateway = await runFleetProcess({ entry: ENTRY, env });
  const urlOf = () => `http://127.0.0.1:${gateway.port}/webhooks/customerio`;
  const ids = Array.from({ length: 400 }, () => newUlid());
  const taken = new Set<string>();
  let next = 0;

  /** As Customer.io does: the same again until it is answered 200. */
  async function send(event_id: string): Promise<void> {
    await waitFor(
      async () => {
        const response = await postWebhook(urlOf(), webhookBody({ event_id }));
        return response.status === 200 && taken.add(event_id);
      },
      { timeoutMs: 60_000, description: 'an answer of 200' },
    );
  }
  async function sender(): Promise<void> {
    for (let id = ids[next++]; id !== undefined; id = ids[next++]) await send(id);
  }
  const sending = Promise.all(Array.from({ length: 8 }, sender));
  for (const share of [0.25, 0.6]) {
    await waitFor(() => taken.size >= ids.length * share, { timeoutMs: 60_000 });
    gateway.kill('SIGKILL');
    await gateway.stopped;
    gateway = await runFleetProcess({ entry: ENTRY, env });
  }
  await sending;
  gateway.kill('SIGKILL');
  expect((await waitingIds()).toSorted()).toEqual(ids.toSorted());
}, 120_000);

it('answers 503 within 4 s while Redis is away, and takes the webhook once when it comes again', async () => {
  const { routes } = createWebhooks({
    workspaces: [{ name: workspace, webhookSigningKey: SIGNING_KEY }],
    redis: edge.redis,
    registry: edge.registry,
    logger: edge.logger,
  });
  const url = `${await edge.serve(routes)}/webhooks/customerio`;
  const event_id = newUlid();
  const body = webhookBody({ event_id });
  await redis.kill();
  const startedAtMs = performance.now();
  const response = await postWebhook(url, body);
  expect(response.status).toBe(503);
  expect(performance.now() - startedAtMs).toBeLessThan(4_000);
  expect(response.headers.get('retry-after')).toBe('5');
  expect(await response.json()).toMatchObject({ error: { code: 'REDIS_UNAVAILABLE' } });
  await redis.restart();
  await waitFor(async () => (await postWebhook(url, body)).status === 200, { timeoutMs: 30_000 });
  expect(await waitingIds()).toEqual([event_id]);
}, 90_000);
