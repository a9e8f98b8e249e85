import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { waitFor } from '@cio-fleet/testkit';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { seededRandom } from './seeded-random.ts';

let server: Server;
let proxy: FaultProxy;
const served: Socket[] = [];
const clients: Socket[] = [];

beforeEach(async () => {
  server = createServer((socket) => {
    served.push(socket);
    socket.on('error', () => undefined);
    socket.pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  proxy = await startFaultProxy({ target: { host: '127.0.0.1', port }, random: seededRandom(1) });
});
afterEach(async () => {
  for (const socket of [...clients.splice(0), ...served.splice(0)]) socket.destroy();
  await proxy.stop();
  server.close();
});

interface Client {
  readonly socket: Socket;
  received(): string;
  error(): string | undefined;
}

async function connected(): Promise<Client> {
  const socket = connect({ host: proxy.host, port: proxy.port });
  clients.push(socket);
  let received = '';
  let error: string | undefined;
  socket.on('data', (chunk) => {
    received += chunk.toString();
  });
  socket.on('error', (problem: NodeJS.ErrnoException) => {
    error = problem.code;
  });
  await once(socket, 'connect');
  return { socket, received: () => received, error: () => error };
}

async function echoMs(client: Client, text: string): Promise<number> {
  const before = client.received().length;
  const startedAt = performance.now();
  client.socket.write(text);
  await waitFor(() => client.received().length === before + text.length, { intervalMs: 1 });
  return performance.now() - startedAt;
}

it('lets everything through while all is well, large messages and the end too', async () => {
  const client = await connected();
  const text = 'x'.repeat(3_000_000);
  client.socket.end(text);
  await once(client.socket, 'end');
  expect(client.received()).toBe(text);
});

it('delays what passes, in order, and no longer once mended', async () => {
  const client = await connected();
  await proxy.fail({ kind: 'latency', latencyMs: 40, jitterMs: 20 });
  expect(await echoMs(client, 'abc')).toBeGreaterThanOrEqual(79);
  await proxy.mend();
  expect(await echoMs(client, 'def')).toBeLessThan(40);
  expect(client.received()).toBe('abcdef');
});

it('keeps throughput under latency: chunks wait side by side', async () => {
  const client = await connected();
  await proxy.fail({ kind: 'latency', latencyMs: 50 });
  expect(await echoMs(client, 'x'.repeat(2_000_000))).toBeLessThan(1500);
});

it('cuts what is connected and lets new connections through', async () => {
  const client = await connected();
  await echoMs(client, 'a');
  proxy.cut();
  await once(client.socket, 'close');
  await echoMs(await connected(), 'b');
});

it('partitions in silence, and passes on what was held back once mended', async () => {
  const client = await connected();
  await echoMs(client, 'a');
  await proxy.fail({ kind: 'partition' });
  client.socket.write('b');
  const other = await connected();
  other.socket.write('c');
  expect([client.received(), other.received(), client.socket.destroyed]).toEqual(['a', '', false]);
  await proxy.mend();
  await waitFor(() => client.received() === 'ab' && other.received() === 'c');
});

it('leaves the near side of a half-open link in the dark for ever, and new connections work once mended', async () => {
  const client = await connected();
  await echoMs(client, 'a');
  await proxy.fail({ kind: 'half-open' });
  await waitFor(() => served.every((socket) => socket.destroyed));
  await proxy.mend();
  client.socket.write('b');
  await echoMs(await connected(), 'c');
  expect([client.received(), client.socket.destroyed, client.error()]).toEqual(['a', false, undefined]);
});

it('refuses connections on the same port until it is mended', async () => {
  const client = await connected();
  await proxy.fail({ kind: 'refuse' });
  await waitFor(() => client.socket.destroyed);
  const refused = connect({ host: proxy.host, port: proxy.port });
  const [error] = (await once(refused, 'error')) as [NodeJS.ErrnoException];
  expect(error.code).toBe('ECONNREFUSED');
  await proxy.mend();
  await echoMs(await connected(), 'a');
});

it('resets a connection in the middle of a message', async () => {
  const client = await connected();
  await proxy.fail({ kind: 'reset', withinBytes: 1000 });
  client.socket.write('x'.repeat(5000));
  await waitFor(() => client.error() === 'ECONNRESET');
  expect(client.received().length).toBeLessThan(1000);
});

it('drips a few bytes at a time', async () => {
  const client = await connected();
  await proxy.fail({ kind: 'drip', bytesPerSecond: 2000 });
  expect(await echoMs(client, 'x'.repeat(400))).toBeGreaterThan(150);
});
