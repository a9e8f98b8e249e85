import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SDKS, type Sdk, type SdkRequest } from './sdk-requests.ts';
import { API_KEY, SITE_ID } from './track-rig.ts';
import { startTwoWays, type TwoWays } from './two-ways.ts';

let ways: TwoWays;

beforeAll(async () => {
  ways = await startTwoWays();
});
afterAll(() => ways.stop());

/** Writes the bytes of a request to a socket of its own; the status and the body of the answer. */
async function send(
  origin: string,
  sdk: Sdk,
  { method, path, headers, body }: SdkRequest,
): Promise<readonly [number, string]> {
  const { hostname, port, host } = new URL(origin);
  const lines = [
    `${method} ${path} HTTP/1.1`,
    `Host: ${host}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `Authorization: Basic ${sdk.credentials(`${SITE_ID}:${API_KEY}`)}`,
    ...(body === undefined ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]),
  ];
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write(`${lines.join('\r\n')}\r\n\r\n${body ?? ''}`);
  let answer = '';
  for await (const chunk of socket.setEncoding('utf8')) {
    answer += chunk as string;
    const [head = '', content] = answer.split('\r\n\r\n');
    const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1]);
    if (content !== undefined && Buffer.byteLength(content) >= length) break;
  }
  socket.destroy();
  const [head = '', content = ''] = answer.split('\r\n\r\n');
  return [Number(head.split(' ')[1]), content];
}

it.each(SDKS.map((sdk) => [sdk.name, sdk] as const))(
  'requests as the SDK for %s forms them have the same effect through the gateway as directly',
  async (_name, sdk) => {
    for (const request of sdk.requests) {
      // The second person of a merge is on a lane of its own: order between the two is not promised.
      if (request.path.endsWith('/merge_customers')) await ways.delivered();
      const direct = await send(ways.direct, sdk, request);
      const gateway = await send(ways.gateway, sdk, request);
      expect([request.call, ...gateway]).toEqual([request.call, ...direct]);
    }
    const { direct, gateway } = await ways.statesOf(sdk.persons);
    expect(gateway).toEqual(direct);
    for (const person of sdk.persons.filter((name) => !name.endsWith('-old'))) expect(direct).toHaveProperty([person]);
  },
);

it('takes what the SDK for Ruby sends to addresses of its own, and with a cio_id', async () => {
  const [, ruby] = SDKS;
  const headers = { 'content-type': 'application/json' };
  const push = JSON.stringify({ delivery_id: 'd', device_id: 't', timestamp: 1_700_000_000, event: 'opened' });
  const pushed = { call: 'track_push_notification_event', method: 'POST', path: '/push/events', headers, body: push };
  expect(await send(ways.gateway, ruby as Sdk, pushed as SdkRequest)).toEqual([200, '{}\n']);
  const identify = JSON.stringify({ cio_id: 'd9c106000001', plan: 'pro' });
  const path = '/api/v1/customers/cio_d9c106000001';
  const identified = { call: 'identify', method: 'PUT', path, headers, body: identify };
  expect(await send(ways.gateway, ruby as Sdk, identified as SdkRequest)).toEqual([200, '{}\n']);
});
