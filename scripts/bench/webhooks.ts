import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { queueKeyPrefix, webhooksQueueName } from '@cio-fleet/contracts';
import { runFleetProcess, startRedis, uniqueWorkspace } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { startRole } from './role-process.ts';
import type { WebhookAnswers, WebhookLoad } from './roles/webhook-sender.ts';
import { percentile } from './statistics.ts';
import { workerMeter } from './usage.ts';

/**
 * How long Customer.io waits for the answer to a reporting webhook, at a steady rate: verified, made durable (`appendfsync always`),
 * then answered. Sender, gateway and Redis are processes of their own. The bar: p99 below 50 ms at 500/s.
 *
 * `node --conditions=@cio-fleet/source scripts/bench/webhooks.ts [--rate N] [--seconds N] [--enforce]`
 */
const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '500' },
    seconds: { type: 'string', default: '20' },
    enforce: { type: 'boolean', default: false },
  },
});
const rate = Number(values.rate);
const MOST_P99_MS = 50;
const GATEWAY = fileURLToPath(new URL('../../apps/gateway/test/fixtures/webhook-gateway.ts', import.meta.url));

const redis = await startRedis();
const workspace = uniqueWorkspace('bench');
const client = new Redis(redis.url);
const gateway = await runFleetProcess({ entry: GATEWAY, env: { REDIS_URL: redis.url, WORKSPACE: workspace } });
const sender = await startRole({ entry: new URL('./roles/webhook-sender.ts', import.meta.url) });
try {
  const load = (seconds: number): WebhookLoad => ({
    origin: `http://127.0.0.1:${gateway.port}`,
    webhooks: rate * seconds,
    perSecond: rate,
  });
  // Compiled code and warm connections, as after the first seconds of any day.
  const meter = workerMeter(gateway.port);
  const cpuBefore = (await meter()).cpuSeconds;
  const warm = await sender.call<WebhookAnswers>('send', load(3));
  const { latenciesMs, refused } = await sender.call<WebhookAnswers>('send', load(Number(values.seconds)));
  const waiting = await client.llen(`${queueKeyPrefix(workspace, webhooksQueueName(workspace))}wait`);
  const sent = warm.latenciesMs.length + latenciesMs.length;
  const p99Ms = percentile(latenciesMs, 0.99);
  const shown = [0.5, 0.99, 1].map((share) => percentile(latenciesMs, share).toFixed(1));
  console.log(`${rate} webhooks/s: p50 ${shown[0]} ms, p99 ${shown[1]} ms, max ${shown[2]} ms (bar: p99 < 50 ms)`);
  const cpuMs = (((await meter()).cpuSeconds - cpuBefore) / sent) * 1_000;
  console.log(`CPU of the gateway for one webhook: ${cpuMs.toFixed(2)} ms`);
  if (refused + warm.refused > 0 || waiting !== sent) {
    throw new Error(`expected ${sent} webhooks in the queue, got ${waiting}; ${refused} were not answered 200`);
  }
  if (values.enforce && p99Ms >= MOST_P99_MS) process.exitCode = 1;
} finally {
  await sender.stop();
  await gateway.stop();
  client.disconnect();
  await redis.stop();
}
