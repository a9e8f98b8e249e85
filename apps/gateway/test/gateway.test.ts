import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSimulator } from '@cio-fleet/simulator';
import { type EmbeddedRedis, type FleetProcess, freePort, startRedis, waitFor } from '@cio-fleet/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BASIC, startDelivery, startGateway } from './gateway-process.ts';

const PATIENCE = { timeoutMs: 45_000 };

let redis: EmbeddedRedis;
let folder: string;

beforeAll(async () => {
  redis = await startRedis({ appendFsync: 'no' });
  folder = mkdtempSync(join(tmpdir(), 'gateway-'));
});
afterAll(async () => {
  await redis.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function get(app: FleetProcess, path: string): Promise<{ status: number; text: string }> {
  const response = await fetch(`http://127.0.0.1:${app.port}${path}`);
  return { status: response.status, text: await response.text() };
}

async function put(app: FleetProcess, person: string, attributes: object): Promise<{ status: number; text: string }> {
  const response = await fetch(`http://127.0.0.1:${app.port}/api/v1/customers/${person}`, {
    method: 'PUT',
    headers: { authorization: BASIC, 'content-type': 'application/json' },
    body: JSON.stringify(attributes),
  });
  return { status: response.status, text: await response.text() };
}

/** What the gateway writes to stderr before it exits. */
async function problemsOf(env: Readonly<Record<string, string>>): Promise<string> {
  const failed = await startGateway(env).then(
    () => 'it started',
    (error: Error) => error.message,
  );
  return failed;
}

it('logs one ready line with pid and port, and answers its health endpoints', async () => {
  const gateway = await startGateway({ REDIS_URL: redis.url });
  expect(gateway.ready).toMatchObject({ pid: gateway.pid, port: gateway.port, workspaces: ['default'] });
  expect(await put(gateway, 'ada', { plan: 'pro' })).toEqual({ status: 200, text: '{}\n' });
  expect((await get(gateway, '/livez')).status).toBe(200);
  const ready = await get(gateway, '/readyz');
  expect(ready.status).toBe(200);
  expect(JSON.parse(ready.text)).toEqual({ ready: true, checks: { redis: 'ok' } });
  const { text } = await get(gateway, '/metrics');
  expect(text).toMatch(/cio_fleet_gateway_requests_total\{dialect="track-v1",status="2xx"\} 1/);
  expect(text).toMatch(/cio_fleet_gateway_operations_total\{dialect="track-v1",outcome="accepted"\} 1/);
  expect((await get(gateway, '/nowhere')).status).toBe(404);
  expect(await gateway.stop()).toBe(0);
  expect(gateway.stdout.join('\n')).not.toMatch(/demo-key|\bada\b|plan/);
});

it('exits with 2 and names every problem before it connects', async () => {
  const message = await problemsOf({
    REDIS_URL: 'http://127.0.0.1',
    GATEWAY_PORT: 'x',
    GATEWAY_TRUSTED_PROXIES: 'everywhere',
    GATEWAY_SPOOL_MODE: 'sometimes',
  });
  expect(message).toContain('ended with code 2');
  expect(message).toMatch(/REDIS_URL: /);
  expect(message).toMatch(/GATEWAY_PORT: expected a whole number from 0 to 65535/);
  expect(message).toMatch(/GATEWAY_TRUSTED_PROXIES: /);
  expect(message).toMatch(/GATEWAY_SPOOL_MODE: /);
});

it('answers what is in flight when it is told to stop, then exits with 0', async () => {
  const gateway = await startGateway({ REDIS_URL: redis.url });
  const calls = Array.from({ length: 200 }, (_, n) => put(gateway, `stopping-${n}`, { n }));
  await calls[0];
  gateway.kill('SIGTERM');
  const outcomes = await Promise.allSettled(calls);
  expect(await gateway.stopped).toBe(0);
  // What had not reached it is refused by the system; nothing that it took gets another answer than 200.
  const answers = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value.status] : []));
  expect(new Set(answers)).toEqual(new Set([200]));
});

describe('while Redis is away', () => {
  it('starts, is not ready, and asks for a repeat by 503 with Retry-After and a stable code', async () => {
    const gateway = await startGateway({ REDIS_URL: `redis://127.0.0.1:${await freePort()}` });
    expect((await get(gateway, '/livez')).status).toBe(200);
    expect((await get(gateway, '/readyz')).status).toBe(503);
    const response = await fetch(`http://127.0.0.1:${gateway.port}/api/v1/customers/ada`, {
      method: 'PUT',
      headers: { authorization: BASIC },
      body: '{}',
    });
    expect(response.status).toBe(503);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await response.json()).toEqual({ meta: { error: expect.any(String), code: 'ENQUEUE_TIMEOUT' } });
    const batch = await fetch(`http://127.0.0.1:${gateway.port}/api/v2/batch`, {
      method: 'POST',
      headers: { authorization: BASIC },
      body: JSON.stringify({ batch: [{ type: 'person', action: 'delete', identifiers: { id: 'ada' } }] }),
    });
    expect(batch.status).toBe(503);
    expect(await batch.json()).toEqual({
      errors: [{ reason: 'unavailable', field: '', message: expect.any(String), code: 'ENQUEUE_TIMEOUT' }],
    });
    gateway.kill('SIGKILL');
  });

  it('is ready and accepts into its spool, and delivers when Redis is back', async () => {
    const port = await freePort();
    const spoolDir = join(folder, 'spool');
    const gateway = await startGateway({ REDIS_URL: `redis://127.0.0.1:${port}`, GATEWAY_SPOOL_DIR: spoolDir });
    expect(await put(gateway, 'spooled', { plan: 'pro' })).toMatchObject({ status: 200 });
    const ready = await get(gateway, '/readyz');
    expect(JSON.parse(ready.text)).toMatchObject({ ready: true, checks: { spool: 'ok' } });
    const { text: metrics } = await get(gateway, '/metrics');
    expect(metrics).toMatch(/cio_fleet_gateway_spool_operations\{workspace="default"\} 1\n/);
    expect(metrics).toMatch(/cio_fleet_gateway_spool_bytes\{workspace="default"\} \d+/);
    expect(metrics).toMatch(/cio_fleet_gateway_spool_oldest_seconds\{workspace="default"\} \d/);
    // On the same folder another one can make nothing durable, whatever the rights and the room there are.
    const second = await startGateway({ REDIS_URL: `redis://127.0.0.1:${port}`, GATEWAY_SPOOL_DIR: spoolDir });
    await waitFor(async () => {
      const { status, text } = await get(second, '/readyz');
      return status === 503 && JSON.parse(text).checks.spool === 'SPOOL_LOCKED';
    }, PATIENCE);
    second.kill('SIGKILL');

    const simulator = createSimulator();
    const { url } = await simulator.start();
    const late = await startRedis({ port, appendFsync: 'no' });
    const worker = await startDelivery(late.url, url);
    const person = await waitFor(() => simulator.person('spooled'), PATIENCE);
    expect(person.attributes).toEqual({ plan: 'pro' });
    expect(await gateway.stop()).toBe(0);
    await worker.stop();
    await late.stop();
    await simulator.stop();
  });
});

it('refuses a key within seconds after it was taken out of the workspaces file', async () => {
  const path = join(folder, 'workspaces.json');
  const key = (source: string) => ({ source, siteId: source, apiKey: `${source}-key` });
  const write = (...sources: readonly string[]) =>
    writeFileSync(
      path,
      JSON.stringify({ workspaces: [{ name: 'keys', siteId: 's', apiKey: 'a', gatewayKeys: sources.map(key) }] }),
    );
  write('shop', 'app');
  const gateway = await startGateway({
    REDIS_URL: redis.url,
    CIO_FLEET_WORKSPACES: path,
    CUSTOMERIO_SITE_ID: '',
    CUSTOMERIO_TRACK_API_KEY: '',
  });
  const statusOf = async (source: string) => {
    const authorization = `Basic ${Buffer.from(`${source}:${source}-key`).toString('base64')}`;
    const url = `http://127.0.0.1:${gateway.port}/api/v1/accounts/region`;
    return (await fetch(url, { headers: { authorization } })).status;
  };
  expect([await statusOf('shop'), await statusOf('app'), await statusOf('s')]).toEqual([200, 200, 401]);
  write('shop');
  await waitFor(async () => (await statusOf('app')) === 401, PATIENCE);
  expect(await statusOf('shop')).toBe(200);
  await gateway.stop();
});
