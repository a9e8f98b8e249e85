import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { freePort } from '@cio-fleet/testkit';
import { expect, it, onTestFinished } from 'vitest';
import { freeOrAny, onFreePorts } from './ports.ts';

async function takenUdpPort(): Promise<number> {
  const socket = createSocket('udp4');
  onTestFinished(() => void socket.close());
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket.address().port;
}

async function takenTcpPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

it('takes a free port as it is', async () => {
  const port = await freePort();
  expect(await freeOrAny({ port, protocol: 'tcp' })).toBe(port);
  expect(await freeOrAny({ port, protocol: 'udp' })).toBe(port);
});

it('takes any port where another process has the wanted one, for TCP and for UDP', async () => {
  expect(await freeOrAny({ port: await takenTcpPort(), protocol: 'tcp' })).toBe(0);
  expect(await freeOrAny({ port: await takenUdpPort(), protocol: 'udp' })).toBe(0);
});

it('starts on any port when another process takes one between the look and the start', async () => {
  const port = await freePort();
  const tried: (readonly number[])[] = [];
  const started = await onFreePorts([{ port, protocol: 'tcp' }], async (ports) => {
    tried.push(ports);
    if (tried.length === 1) throw new Error('main.ts ended with code 1: listen EADDRINUSE');
    return 'started';
  });
  expect(started).toBe('started');
  expect(tried).toEqual([[port], [0]]);
});

it('tries a start that failed for another reason no second time', async () => {
  const start = async () => Promise.reject(new Error('no credentials'));
  await expect(onFreePorts([], start)).rejects.toThrow('no credentials');
});
