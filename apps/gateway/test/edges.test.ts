import { createSocket } from 'node:dgram';
import { fileURLToPath } from 'node:url';
import { queueKeyPrefix, webhooksQueueName, workspaceKeys } from '@cio-fleet/contracts';
import { type EmbeddedRedis, runFleetProcess, startRedis, waitFor } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { postWebhook, SIGNING_KEY, webhookBody } from './support/webhooks.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

let redis: EmbeddedRedis;
let client: Redis;

beforeAll(async () => {
  redis = await startRedis({ appendFsync: 'no' });
  client = new Redis(redis.url);
});
afterAll(async () => {
  client.disconnect();
  await redis.stop();
});

it('takes reporting webhooks, notes and datagrams in the gateway as it is started', async () => {
  const gateway = await runFleetProcess({
    entry: MAIN,
    env: {
      REDIS_URL: redis.url,
      CUSTOMERIO_SITE_ID: 'site',
      CUSTOMERIO_TRACK_API_KEY: 'key',
      CUSTOMERIO_WEBHOOK_SIGNING_KEY: SIGNING_KEY,
      GATEWAY_PORT: '0',
      GATEWAY_UDP_PORT: '0',
    },
  });
  const url = `http://127.0.0.1:${gateway.port}`;
  const udpPort = Number(gateway.ready.udpPort);
  expect((await postWebhook(`${url}/webhooks/customerio`, webhookBody())).status).toBe(200);
  expect((await fetch(`${url}/webhooks/customerio`, { method: 'POST', body: '{}' })).status).toBe(401);
  const note = { sessionId: 's1', key: 'page', value: '/cart', component: 'web' };
  const noted = await fetch(`${url}/notes`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from('site:key').toString('base64')}` },
    body: JSON.stringify(note),
  });
  expect(await noted.json()).toEqual({ accepted: 1 });

  const sender = createSocket('udp4');
  const event = { type: 'person', action: 'event', identifiers: { id: '1' }, name: 'Beep' };
  sender.send(JSON.stringify(event), udpPort, '127.0.0.1');
  sender.send(JSON.stringify({ type: 'note', ...note }), udpPort, '127.0.0.1');
  await waitFor(async () => (await client.hget(workspaceKeys('default').ledger, 'accepted')) === '1', {
    timeoutMs: 30_000,
  });
  await waitFor(
    async () => {
      const metrics = await (await fetch(`${url}/metrics`)).text();
      // The unsigned webhook counts as what wrong credentials are.
      return (
        metrics.includes('cio_fleet_gateway_udp_accepted_total{kind="note"} 1') &&
        metrics.includes('cio_fleet_gateway_protection_refusals_total{reason="credentials"} 1')
      );
    },
    { timeoutMs: 30_000 },
  );
  sender.close();
  const queue = queueKeyPrefix('default', webhooksQueueName('default'));
  expect(await client.llen(`${queue}wait`)).toBe(1);
  expect(await gateway.stop()).toBe(0);
}, 90_000);
