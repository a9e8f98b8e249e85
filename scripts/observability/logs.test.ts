import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createProducer } from '@cio-fleet/producer';
import { freePort, waitFor } from '@cio-fleet/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { APPS, type AppName, type ObservedFleet, startObservedFleet } from './observed-fleet.ts';
import { basic, CREDENTIALS, forbidden, PERSONS } from './secrets.ts';

const SIGNED_IN = basic('otto', CREDENTIALS.dashboardPassword);
const SITE = basic(CREDENTIALS.siteId, CREDENTIALS.apiKey);
const WRITE_KEY = basic(CREDENTIALS.apiKey, '');

const folder = mkdtempSync(join(tmpdir(), 'cio-fleet-logs-'));
const producerLines: string[] = [];
const lines = new Map<AppName, readonly string[]>();
let fleet: ObservedFleet;

async function send(app: AppName, path: string, init: RequestInit = {}): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${fleet.apps[app].port}${path}`, {
    redirect: 'manual',
    method: init.body === undefined ? 'GET' : 'POST',
    ...init,
    headers: { 'content-type': 'application/json', ...init.headers },
  });
  await response.arrayBuffer();
  return response.status;
}

const toGateway = (path: string, body: unknown, authorization: string = SITE, method = 'POST') => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return send('gateway', path, { method, body: text, headers: { authorization } });
};

const event = (name: string, person: object = { id: PERSONS.id }) => ({
  type: 'person',
  action: 'event',
  identifiers: person,
  name,
  attributes: { secret: PERSONS.attribute, phone: PERSONS.phone },
});

/** One event on a person by each way, so that whatever goes wrong next has a person to speak of. */
async function traffic(name: string): Promise<void> {
  const device = { device: { id: PERSONS.deviceToken, platform: 'ios' } };
  await toGateway('/api/v2/batch', { batch: [event(name), event(name, { email: PERSONS.email })] });
  await toGateway(
    '/v1/track',
    { anonymousId: PERSONS.anonymousId, event: name, context: { traits: { email: PERSONS.email } } },
    WRITE_KEY,
  );
  await toGateway(`/api/v1/customers/${encodeURIComponent(PERSONS.email)}/devices`, device, SITE, 'PUT');
}

async function settled(): Promise<void> {
  await waitFor(
    async () => /cio_fleet_ledger_operations\{[^}]*state="waiting"\} 0\n/.test(await fleet.scrape('dashboard')),
    { timeoutMs: 60_000, intervalMs: 200, description: 'nothing to wait' },
  );
}

async function refusals(): Promise<void> {
  await toGateway('/api/v2/entity', event('Refused'), basic(CREDENTIALS.siteId, CREDENTIALS.wrongApiKey));
  await toGateway('/v1/track', { userId: PERSONS.id, event: 'Refused' }, basic(CREDENTIALS.wrongApiKey, ''));
  await toGateway('/api/v2/entity', { ...event('Refused'), type: PERSONS.email });
  await toGateway('/api/v2/entity', {
    ...event('Refused'),
    identifiers: { id: PERSONS.id, surname: PERSONS.attribute },
  });
  await toGateway('/api/v2/entity', `{"identifiers": {"id": "${PERSONS.id}"}, "name": ${PERSONS.attribute}`);
  await toGateway(`/api/v1/nowhere/${PERSONS.id}`, event('Refused'));
  await toGateway('/webhooks/customerio', { event_id: '1', metric: 'sent', data: { customer_id: PERSONS.id } });
  await toGateway('/notes', { sessionId: PERSONS.id, key: PERSONS.email });
  const socket = createSocket('udp4');
  const datagram = `{"writeKey": "${CREDENTIALS.wrongApiKey}", "identifiers": {"id": "${PERSONS.id}"}}\n{"id": ${PERSONS.email}}`;
  await new Promise((resolve) => socket.send(datagram, Number(fleet.apps.gateway.ready.udpPort), '127.0.0.1', resolve));
  socket.close();
}

async function lookingAround(): Promise<void> {
  const wrong = basic('otto', CREDENTIALS.wrongDashboardPassword);
  for (const authorization of [wrong, SIGNED_IN]) {
    for (const path of ['/', '/queues/', `/person?q=${encodeURIComponent(PERSONS.email)}`, `/nowhere/${PERSONS.id}`]) {
      await send('dashboard', path, { headers: { authorization } });
    }
    const body = JSON.stringify({ person: PERSONS.id });
    await send('dashboard', '/redrive', { body, headers: { authorization, 'sec-fetch-site': 'same-origin' } });
  }
}

async function troubledProducers(): Promise<void> {
  const logger = {
    warn: (line: string) => void producerLines.push(line),
    error: (line: string) => void producerLines.push(line),
  };
  const wrong = `redis://fleet:${CREDENTIALS.wrongRedisPassword}@127.0.0.1:${fleet.redis.port}`;
  const nobody = `redis://fleet:${CREDENTIALS.redisPassword}@127.0.0.1:${await freePort()}`;
  for (const redisUrl of [wrong, nobody]) {
    const cio = createProducer({ redisUrl, logger, enqueueTimeoutMs: 300, onError: () => undefined });
    await cio.identify({ email: PERSONS.email }, { secret: PERSONS.attribute });
    await cio.identify({ id: PERSONS.id, email: PERSONS.email } as never, { secret: PERSONS.attribute });
    await cio.track(PERSONS.id, '', { secret: PERSONS.attribute });
    await cio.close({ timeoutMs: 100 });
  }
  expect(producerLines.length).toBeGreaterThan(2);
}

beforeAll(async () => {
  const aclfile = join(folder, 'users.acl');
  writeFileSync(
    aclfile,
    `user default on nopass ~* &* +@all\nuser fleet on >${CREDENTIALS.redisPassword} ~* &* +@all\n`,
  );
  const { siteId, apiKey } = CREDENTIALS;
  const port = await freePort();
  fleet = await startObservedFleet({
    redis: { port, config: { aclfile } },
    simulator: { credentials: [{ siteId, apiKey }] },
    env: {
      REDIS_URL: `redis://fleet:${CREDENTIALS.redisPassword}@127.0.0.1:${port}`,
      CUSTOMERIO_SITE_ID: siteId,
      CUSTOMERIO_TRACK_API_KEY: apiKey,
      CUSTOMERIO_WEBHOOK_SIGNING_KEY: CREDENTIALS.signingKey,
      DASHBOARD_USERS: `otto:${CREDENTIALS.dashboardPassword}:operator`,
      LOG_LEVEL: 'trace',
      CIO_FLEET_RETRIES: '1',
      CIO_FLEET_BREAKER_FAILURES: '2',
    },
  });
  const { simulator, redis, apps } = fleet;
  for (const fault of [
    { poisonName: 'Faulty' },
    { rejectName: 'Faulty' },
    { status: 401, forMs: 1000 },
    { status: 503, forMs: 1000 },
    { html: true, forMs: 500 },
    { resetMidAnswer: true, forMs: 500 },
  ]) {
    simulator.setFaults(fault);
    await traffic('Faulty');
    await settled();
    simulator.clearFaults();
  }
  await refusals();
  await lookingAround();
  await troubledProducers();
  await redis.kill();
  await Promise.all([traffic('Late'), send('dashboard', '/', { headers: { authorization: SIGNED_IN } })]);
  await redis.restart();
  await waitFor(async () => (await send('gateway', '/readyz')) === 200 && (await send('worker', '/readyz')) === 200);
  for (const app of APPS) {
    await apps[app].stop();
    lines.set(app, [...apps[app].stdout, ...apps[app].stderr]);
  }
}, 300_000);
afterAll(async () => {
  await fleet.stop();
  rmSync(folder, { recursive: true, force: true });
});

it('The run has met every fault', () => {
  const { byStatus, byAction } = fleet.simulator.stats();
  expect(Object.keys(byStatus)).toEqual(expect.arrayContaining(['200', '207', '400', '401', '502', '503', 'none']));
  expect(Object.keys(byAction)).toEqual(expect.arrayContaining(['event', 'add_device']));
});

describe.each(APPS)('the log of %s, through refusals, poison, wrong credentials and outages', (app) => {
  it('tells what went wrong', () => {
    const levels = (lines.get(app) ?? []).map((line) => (JSON.parse(line) as { level: string }).level);
    expect(levels.some((level) => level === 'warn' || level === 'error')).toBe(true);
  });

  it('has the fixed fields in every line', () => {
    for (const line of lines.get(app) ?? []) {
      const parsed = JSON.parse(line) as Record<string, unknown>;
      expect(parsed).toMatchObject({
        app,
        pid: expect.any(Number),
        version: expect.any(String),
        msg: expect.any(String),
      });
      expect(parsed.time).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    }
  });

  it('holds no credential and no person', () => {
    const found = (lines.get(app) ?? []).filter((line) => forbidden().some((secret) => line.includes(secret)));
    expect(found).toEqual([]);
  });
});

it('What producers log through refusals and outages holds no credential and no person', () => {
  const found = producerLines.filter((line) => forbidden().some((secret) => line.includes(secret)));
  expect(found).toEqual([]);
});
