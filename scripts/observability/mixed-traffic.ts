import { createSocket } from 'node:dgram';
import { waitFor } from '@cio-fleet/testkit';
import type { ObservedFleet } from './observed-fleet.ts';

const BASIC = `Basic ${Buffer.from('demo-site:demo-key').toString('base64')}`;
const WRITE_KEY = `Basic ${Buffer.from('demo-key:').toString('base64')}`;
/** Customer.io answers 400 to it. */
const POISON = 'Poison';

/** Sends a bit of everything through the gateway, with a poison event, and waits until the dashboard counts it as settled. */
export async function sendMixedTraffic({ apps, simulator, scrape }: ObservedFleet): Promise<void> {
  simulator.setFaults({ poisonName: POISON });
  const origin = `http://127.0.0.1:${apps.gateway.port}`;
  const send = async (method: string, path: string, body: unknown, authorization = BASIC) => {
    const headers = { authorization, 'content-type': 'application/json' };
    const answer = await fetch(`${origin}${path}`, { method, headers, body: JSON.stringify(body) });
    await answer.arrayBuffer();
  };
  await send('PUT', '/api/v1/customers/ada', { plan: 'pro' });
  await send('POST', '/api/v1/customers/ada/events', { name: 'Order Placed', data: { total: 9 } });
  await send('POST', '/api/v1/customers/grace/events', { name: POISON });
  await send('POST', '/api/v2/entity', { type: 'person', action: 'event', identifiers: { id: 'alan' }, name: 'Seen' });
  await send('POST', '/v1/track', { userId: 'edsger', event: 'Seen' }, WRITE_KEY);
  await send('PUT', '/api/v1/customers/ada', { plan: 'pro' }, 'Basic d3Jvbmc6d3Jvbmc=');
  await send('POST', '/api/v2/entity', { type: 'nonsense' });
  await send('POST', '/webhooks/customerio', { event_id: 'unsigned' });
  await sendDatagram(Number(apps.gateway.ready.udpPort), {
    type: 'person',
    action: 'event',
    identifiers: { id: 'barbara' },
    name: 'Seen',
  });
  await waitFor(
    async () => {
      const text = await scrape('dashboard');
      const count = (state: string) => Number(new RegExp(`state="${state}"\\} (\\d+)`).exec(text)?.[1]);
      return count('dead-lettered') === 1 && count('delivered') >= 4 && count('waiting') === 0;
    },
    { timeoutMs: 60_000, intervalMs: 200, description: 'the dashboard to count it as settled' },
  );
  simulator.clearFaults();
}

async function sendDatagram(port: number, operation: object): Promise<void> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve, reject) => {
    const datagram = JSON.stringify({ ...operation, writeKey: 'demo-key' });
    socket.send(datagram, port, '127.0.0.1', (error) => (error ? reject(error) : resolve()));
  }).finally(() => socket.close());
}
