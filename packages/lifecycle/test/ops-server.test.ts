import { request } from 'node:http';
import { Counter, Registry } from 'prom-client';
import { expect, it, onTestFinished } from 'vitest';
import { serviceConformance } from '../src/conformance/index.ts';
import { createOpsServer, type OpsOptions } from '../src/index.ts';

const metrics = new Registry();
new Counter({ name: 'cio_fleet_probes_total', help: 'Probes.', registers: [metrics] }).inc(3);

serviceConformance('the ops server', () => createOpsServer({ port: 0, checks: {}, metrics }));

async function startServer(options: Partial<OpsOptions> = {}) {
  const server = createOpsServer({ port: 0, checks: {}, metrics, ...options });
  await server.start();
  onTestFinished(() => server.stop());
  const get = async (path: string, init?: RequestInit) => {
    const response = await fetch(`${server.url}${path}`, init);
    return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
  };
  return { server, get };
}

it('answers /livez with 200 while the loop turns', async () => {
  const { get } = await startServer();
  await expect(get('/livez')).resolves.toMatchObject({ status: 200 });
});

it('answers /readyz with 200 when every check is ok', async () => {
  const { get } = await startServer({ checks: { redis: async () => 'ok', consumers: () => 'ok' } });
  const { status, text } = await get('/readyz?verbose');
  expect([status, JSON.parse(text)]).toEqual([200, { ready: true, checks: { redis: 'ok', consumers: 'ok' } }]);
});

it('answers /readyz with 503 and the reasons when a check is not ok, fails, or hangs', async () => {
  const checks = {
    redis: () => Promise.reject(Object.assign(new Error('to 10.0.0.1'), { code: 'ECONNREFUSED' })),
    consumers: () => 'no lane is assigned',
    heartbeat: () => new Promise<string>(() => undefined),
  };
  const { get } = await startServer({ checks, checkTimeoutMs: 20 });
  const { status, text } = await get('/readyz');
  expect([status, JSON.parse(text)]).toEqual([
    503,
    {
      ready: false,
      checks: { redis: 'ECONNREFUSED', consumers: 'no lane is assigned', heartbeat: 'no answer within 20 ms' },
    },
  ]);
});

it('shows the metrics of the registry', async () => {
  const { get } = await startServer();
  const { status, type, text } = await get('/metrics');
  expect([status, type]).toEqual([200, metrics.contentType]);
  expect(text).toContain('cio_fleet_probes_total 3');
});

it('serves further routes, and answers 500 when one fails', async () => {
  const { get } = await startServer({
    routes: {
      '/health/customerio': (_request, response) => void response.end('closed'),
      '/broken': () => Promise.reject(new Error('secret')),
    },
  });
  await expect(get('/health/customerio')).resolves.toMatchObject({ status: 200, text: 'closed' });
  await expect(get('/broken')).resolves.toMatchObject({ status: 500, text: '{"error":"failed"}\n' });
});

it('answers 404 to other paths and 405 to other methods', async () => {
  const { get } = await startServer();
  await expect(get('/nowhere')).resolves.toMatchObject({ status: 404 });
  await expect(get('/livez', { method: 'POST' })).resolves.toMatchObject({ status: 405 });
});

it('stops while a client keeps its idle connection open', async () => {
  const { server } = await startServer();
  const { promise: answered, resolve } = Promise.withResolvers<void>();
  const agentless = request(`${server.url}/livez`, { headers: { connection: 'keep-alive' } }, (response) => {
    response.resume().on('end', resolve);
  });
  agentless.end();
  await answered;
  await server.stop();
});

it('fails to start on a port that is taken, and starts when it is free again', async () => {
  const { server } = await startServer();
  const second = createOpsServer({ port: server.port, checks: {}, metrics });
  onTestFinished(() => second.stop());
  await expect(second.start()).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await server.stop();
  await second.start();
});
