import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { workspaceKeys } from '@cio-fleet/contracts';
import { setCircuitOverride } from '@cio-fleet/lanes';
import { createProducer, type Producer } from '@cio-fleet/producer';
import { createSimulator, type Simulator } from '@cio-fleet/simulator';
import { type EmbeddedRedis, freePort, startRedis, waitFor } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { plainWorkspace, startWorker } from './worker-process.ts';

let redis: EmbeddedRedis;
let simulator: Simulator;
let trackUrl: string;
let cio: Producer;

beforeEach(async () => {
  redis = await startRedis({ appendFsync: 'no' });
  simulator = createSimulator();
  trackUrl = (await simulator.start()).url;
  cio = createProducer({ redisUrl: redis.url });
});
afterEach(async () => {
  await cio.close({ timeoutMs: 500 });
  await simulator.stop();
  await redis.stop();
});

const arrived = (person: string) => waitFor(() => simulator.person(person), { timeoutMs: 15_000 });

async function get(port: number, path: string): Promise<{ status: number; body: string }> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  return { status: response.status, body: await response.text() };
}

it('logs one ready line with pid and port, and answers every health endpoint', async () => {
  const worker = await startWorker({ REDIS_URL: redis.url, ...plainWorkspace(trackUrl) });
  expect(worker.ready).toMatchObject({ pid: worker.pid, port: worker.port, workspaces: ['default'] });
  await cio.identify('ada', { plan: 'pro' });
  await arrived('ada');

  expect(await get(worker.port, '/livez')).toMatchObject({ status: 200 });
  const ready = await get(worker.port, '/readyz');
  expect(ready.status).toBe(200);
  expect(JSON.parse(ready.body)).toEqual({ ready: true, checks: { redis: 'ok', consumers: 'ok', heartbeat: 'ok' } });
  const health = await get(worker.port, '/health/customerio');
  expect(health.status).toBe(200);
  expect(JSON.parse(health.body)).toEqual({
    customerio: { circuit_state: 'CLOSED', failure_count: 0, last_failure: null },
  });
  expect((await get(worker.port, '/health/customerio?workspace=nope')).status).toBe(404);
  const metrics = await get(worker.port, '/metrics');
  expect(metrics.body).toMatch(/cio_fleet_operations_total\{[^}]*verb="identify"[^}]*outcome="delivered"[^}]*\} 1/);
  expect(metrics.body).toContain('cio_fleet_circuit_state{workspace="default",state="CLOSED"} 1');
  expect(await worker.stop()).toBe(0);
});

it('logs its ready line whatever the log level', async () => {
  const worker = await startWorker({ REDIS_URL: redis.url, ...plainWorkspace(trackUrl), LOG_LEVEL: 'silent' });
  expect(await worker.stop()).toBe(0);
  expect(worker.stdout).toHaveLength(1);
});

it('stays ready while the circuit is open, and tells so by /health/customerio', async () => {
  const worker = await startWorker({
    REDIS_URL: redis.url,
    ...plainWorkspace(trackUrl),
    CIO_FLEET_BREAKER_FAILURES: '1',
  });
  simulator.setFaults({ status: 503 });
  await cio.track('ada', 'Order Placed');
  const open = await waitFor(async () => {
    const health = await get(worker.port, '/health/customerio');
    return health.status === 503 && JSON.parse(health.body);
  });
  expect(open.customerio).toMatchObject({ circuit_state: 'OPEN', failure_count: 1 });
  expect(Date.parse(open.customerio.last_failure)).toBeGreaterThan(Date.now() - 60_000);
  expect((await get(worker.port, '/readyz')).status).toBe(200);
  await worker.stop();
});

it('stops within its deadline with exit code 0 while a request hangs, and the next worker delivers', async () => {
  const env = {
    REDIS_URL: redis.url,
    ...plainWorkspace(trackUrl),
    CIO_FLEET_REQUEST_TIMEOUT_MS: '30000',
    CIO_FLEET_LOCK_MS: '90000',
    CIO_FLEET_STOP_DEADLINE_MS: '3000',
  };
  const worker = await startWorker(env);
  simulator.setFaults({ hang: true });
  await cio.track('ada', 'Order Placed');
  await waitFor(() => simulator.stats().requests > 0);
  const startedAt = performance.now();
  expect(await worker.stop()).toBe(0);
  expect(performance.now() - startedAt).toBeLessThan(3000);

  simulator.clearFaults();
  const next = await startWorker(env);
  await arrived('ada');
  await next.stop();
});

it('ends at once with exit code 1 on a second signal', async () => {
  const worker = await startWorker({
    REDIS_URL: redis.url,
    ...plainWorkspace(trackUrl),
    CIO_FLEET_REQUEST_TIMEOUT_MS: '30000',
    CIO_FLEET_LOCK_MS: '90000',
  });
  simulator.setFaults({ hang: true });
  await cio.track('ada', 'Order Placed');
  await waitFor(() => simulator.stats().requests > 0);
  worker.kill('SIGTERM');
  await waitFor(() => worker.stdout.some((line) => line.includes('"stopping"')));
  const startedAt = performance.now();
  worker.kill('SIGTERM');
  expect(await worker.stopped).toBe(1);
  expect(performance.now() - startedAt).toBeLessThan(1000);
});

it('sends nothing while an operator holds the breaker open, and drains fallback once it is given back', async () => {
  const worker = await startWorker({ REDIS_URL: redis.url, ...plainWorkspace(trackUrl) });
  const client = new Redis(redis.url);
  await setCircuitOverride(client, 'default', 'open');
  await waitFor(async () => (await get(worker.port, '/health/customerio')).status === 503);
  for (const name of ['A', 'B', 'C']) await cio.track('ada', name);
  await waitFor(async () => (await client.hget(workspaceKeys('default').held, 'id:ada')) === '3');
  expect(simulator.stats().requests).toBe(0);

  await setCircuitOverride(client, 'default', undefined);
  await waitFor(() => simulator.person('ada')?.eventCount === 3);
  expect(simulator.person('ada')?.events.map(({ name }) => name)).toEqual(['A', 'B', 'C']);
  await waitFor(async () => (await get(worker.port, '/health/customerio')).status === 200);
  client.disconnect();
  await worker.stop();
});

it('delivers repeats of a call once by their idempotency key, also across workers, and a rejected call may be made again', async () => {
  const env = { REDIS_URL: redis.url, ...plainWorkspace(trackUrl) };
  const worker = await startWorker(env);
  const order = (name: string) => cio.track('ada', name, {}, { idempotencyKey: `order-${name}` });
  for (let i = 0; i < 3; i += 1) expect(await order('Placed')).toMatchObject({ ok: true });
  await arrived('ada');
  await worker.stop();

  const next = await startWorker(env);
  await order('Placed');
  simulator.setFaults({ rejectName: 'Refunded' });
  await order('Refunded');
  await waitFor(() => simulator.stats().byStatus['207'] ?? simulator.stats().byStatus['400']);
  simulator.clearFaults();
  await order('Refunded');
  await waitFor(() => simulator.person('ada')?.eventCount === 2);
  expect(simulator.person('ada')?.events.map(({ name }) => name)).toEqual(['Placed', 'Refunded']);
  const client = new Redis(redis.url);
  const ledger = () => client.hgetall(workspaceKeys('default').ledger);
  await waitFor(async () => (await ledger()).delivered === '2');
  expect(await ledger()).toEqual({ accepted: '6', delivered: '2', deduplicated: '3', 'dead-lettered': '1' });
  client.disconnect();
  await next.stop();
});

it('recognises repeats by content, and lets a call be made again when its window is over', async () => {
  const worker = await startWorker({ REDIS_URL: redis.url, ...plainWorkspace(trackUrl) });
  const view = (sku: string) =>
    cio.track('ada', 'Viewed', { sku }, { idempotencyKey: 'content', idempotencyWindowMs: 1000 });
  for (const sku of ['a', 'a', 'b', 'a', 'b']) expect(await view(sku)).toMatchObject({ ok: true });
  await waitFor(() => simulator.person('ada')?.eventCount === 2);
  const client = new Redis(redis.url);
  await waitFor(async () => (await client.keys('{cio:default}:idempotency:*')).length === 0);
  client.disconnect();
  await view('a');
  await waitFor(() => simulator.person('ada')?.eventCount === 3);
  await worker.stop();
});

it('waits for a Redis that is away at boot, and works once it is there', async () => {
  const port = await freePort();
  const starting = startWorker({ REDIS_URL: `redis://127.0.0.1:${port}`, ...plainWorkspace(trackUrl) });
  const late = await startRedis({ port, appendFsync: 'no' });
  const worker = await starting;
  const lateCio = createProducer({ redisUrl: late.url });
  await lateCio.identify('ada', { plan: 'pro' });
  await arrived('ada');
  await lateCio.close();
  expect(await worker.stop()).toBe(0);
  await late.stop();
});

it('never logs credentials, whatever Customer.io answers', async () => {
  const worker = await startWorker({
    REDIS_URL: redis.url,
    ...plainWorkspace(trackUrl),
    CUSTOMERIO_TRACK_API_KEY: 'secret-key-1234',
    LOG_LEVEL: 'trace',
  });
  await cio.track('ada', 'Order Placed');
  await waitFor(() => (simulator.stats().byStatus['401'] ?? 0) > 0);
  simulator.setFaults({ resetMidAnswer: true });
  await waitFor(() => simulator.stats().requests > 2);
  await worker.stop();
  const log = [...worker.stdout, ...worker.stderr].join('\n');
  expect(log).not.toContain('secret-key-1234');
  expect(log).not.toContain(Buffer.from('demo-site:secret-key-1234').toString('base64'));
});

it('delivers several workspaces side by side, each with its own lanes, breaker and credentials', async () => {
  const eu = createSimulator({ credentials: [{ siteId: 'eu-site', apiKey: 'eu-key', region: 'eu' }] });
  const euUrl = (await eu.start()).url;
  const folder = mkdtempSync(join(tmpdir(), 'workspaces-'));
  const file = join(folder, 'workspaces.json');
  const workspaces = [
    { name: 'us', siteId: 'demo-site', apiKey: '$US_KEY', region: 'us', trackUrl, lanes: 2 },
    { name: 'eu', siteId: 'eu-site', apiKey: 'eu-key', region: 'eu', trackUrl: euUrl, lanes: 4 },
  ];
  writeFileSync(file, JSON.stringify({ workspaces }));
  const env = { CIO_FLEET_WORKSPACES: file, US_KEY: 'demo-key', CIO_FLEET_BREAKER_FAILURES: '1' };
  const worker = await startWorker({ REDIS_URL: redis.url, ...env });
  const [us, europe] = ['us', 'eu'].map((workspace) => createProducer({ redisUrl: redis.url, workspace }));

  eu.setFaults({ status: 503 });
  await europe?.track('bob', 'Signed Up');
  await us?.track('ada', 'Signed Up');
  await arrived('ada');
  await waitFor(async () => (await get(worker.port, '/health/customerio?workspace=eu')).status === 503);
  expect((await get(worker.port, '/health/customerio?workspace=us')).status).toBe(200);
  expect((await get(worker.port, '/health/customerio')).status).toBe(503);
  expect(eu.person('ada')).toBeUndefined();
  expect(simulator.person('bob')).toBeUndefined();

  await Promise.all([us?.close(), europe?.close()]);
  await worker.stop();
  await eu.stop();
  rmSync(folder, { recursive: true });
});
