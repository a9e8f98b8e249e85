import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { workspaceKeys } from '@cio-fleet/contracts';
import { runFleetProcess, startRedis, uniqueWorkspace, waitFor } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { startRole } from './role-process.ts';
import type { UdpLoad, UdpSent } from './roles/udp-sender.ts';
import { workerMeter } from './usage.ts';

/**
 * The gateway's way in by UDP: datagrams of one operation each, at a steady rate on loopback, made durable in Redis. Sender, gateway
 * and Redis are processes of their own. The bar: less than 0.1 % lost at 10,000 datagrams/s.
 *
 * `node --conditions=@cio-fleet/source scripts/bench/udp.ts [--rate N] [--seconds N] [--enforce]`
 */
const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '20' },
    enforce: { type: 'boolean', default: false },
  },
});
const rate = Number(values.rate);
const MOST_LOST_SHARE = 0.001;
const GATEWAY = fileURLToPath(new URL('../../apps/gateway/test/fixtures/udp-gateway.ts', import.meta.url));

const redis = await startRedis();
const workspace = uniqueWorkspace('bench');
const client = new Redis(redis.url);
const gateway = await runFleetProcess({ entry: GATEWAY, env: { REDIS_URL: redis.url, WORKSPACE: workspace } });
const sender = await startRole({ entry: new URL('./roles/udp-sender.ts', import.meta.url) });
try {
  const port = Number(gateway.ready.udpPort);
  const load = (seconds: number): UdpLoad => ({ port, perSecond: rate, datagrams: rate * seconds });
  // Compiled code and warm connections, as after the first seconds of any day.
  const meter = workerMeter(gateway.port);
  const cpuBefore = (await meter()).cpuSeconds;
  const warm = await sender.call<UdpSent>('send', { ...load(2), perSecond: rate / 2 });
  const sent = await sender.call<UdpSent>('send', load(Number(values.seconds)));
  const total = warm.datagrams + sent.datagrams;
  const counts = async () => {
    const text = await (await fetch(`http://127.0.0.1:${gateway.port}/metrics`)).text();
    const sum = (name: string) =>
      [...text.matchAll(new RegExp(`^cio_fleet_gateway_udp_${name}_total[^ ]* (\\d+)$`, 'gm'))]
        .map(([, value]) => Number(value))
        .reduce((total, value) => total + value, 0);
    return { accepted: sum('accepted'), refused: sum('refused'), lost: sum('lost') };
  };
  const isOver = ({ accepted, refused, lost }: Awaited<ReturnType<typeof counts>>) =>
    accepted + refused + lost >= total;
  const counted = await waitFor(async () => [await counts()].find(isOver), {
    timeoutMs: 60_000,
    intervalMs: 200,
    description: 'every datagram to be accepted, refused or lost',
  }).catch(counts);
  const cpuMs = (((await meter()).cpuSeconds - cpuBefore) / total) * 1_000;
  console.log(`CPU of the gateway for one datagram: ${cpuMs.toFixed(3)} ms`);
  const durable = Number(await client.hget(workspaceKeys(workspace).ledger, 'accepted'));
  const lostShare = (total - durable) / total;
  for (const line of (gateway.ready.warnings as string[]).filter((text) => text.includes('"warn"'))) console.warn(line);
  console.log(`sent ${total} datagrams, the last ${sent.datagrams} at ${sent.perSecond}/s`);
  console.log(
    `durable ${durable}, refused ${counted.refused}, counted as lost ${counted.lost}: missing ${(lostShare * 100).toFixed(3)} % (bar: < 0.1 %)`,
  );
  if (durable !== counted.accepted) throw new Error(`expected ${counted.accepted} in the ledger, got ${durable}`);
  if (values.enforce && lostShare >= MOST_LOST_SHARE) process.exitCode = 1;
} finally {
  await sender.stop();
  await gateway.stop();
  client.disconnect();
  await redis.stop();
}
