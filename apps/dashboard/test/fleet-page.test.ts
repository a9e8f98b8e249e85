import { heartbeatKey, workspaceKeys } from '@cio-fleet/contracts';
import { releaseBrakes, setBrake } from '@cio-fleet/lanes';
import { startRedis, uniqueWorkspace, waitFor } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { OPERATOR, type RunningDashboard, runDashboard, VIEWER } from './support/dashboard.ts';
import { redrivenIds, seedDeadLetters, seedLanes, seedWorker, ulid } from './support/seed-fleet.ts';
import { workspacesFile } from './support/workspaces-file.ts';

const redis = new Redis(inject('redisUrl'), { maxRetriesPerRequest: null });
const us = uniqueWorkspace('us');
const eu = uniqueWorkspace('eu');
let dashboard: RunningDashboard;

beforeAll(async () => {
  dashboard = await runDashboard({ REDIS_URL: inject('redisUrl'), CIO_FLEET_WORKSPACES: workspacesFile(us, eu) });
});
afterAll(async () => {
  await dashboard.process.stop();
  await redis.quit();
});

const health = async (query = '') => {
  const response = await dashboard.request(`/health/customerio${query}`);
  return [response.status, await response.json()] as const;
};
const customerio = (state: string, failures = 0, lastFailure: string | null = null) => ({
  customerio: { circuit_state: state, failure_count: failures, last_failure: lastFailure },
});

describe('/health/customerio', () => {
  it('is open while a workspace has no worker, and closed once all have', async () => {
    await seedWorker(redis, us, 'w1');
    expect(await health()).toEqual([503, customerio('OPEN')]);
    expect(await health(`?workspace=${us}`)).toEqual([200, customerio('CLOSED')]);
    await seedWorker(redis, eu, 'w2');
    expect(await health()).toEqual([200, customerio('CLOSED')]);
  });

  it('tells the worst of all live workers', async () => {
    const circuit = {
      state: 'HALF_OPEN',
      since: 1,
      failureCount: 5,
      lastFailure: 1_760_000_000_000,
      lastError: 'HTTP 503',
    };
    await seedWorker(redis, eu, 'w3', { circuit });
    expect(await health()).toEqual([503, customerio('HALF_OPEN', 5, '2025-10-09T08:53:20.000Z')]);
    expect(await health(`?workspace=${us}`)).toEqual([200, customerio('CLOSED')]);
    await redis.del(heartbeatKey(eu, 'w3'));
    expect(await health()).toEqual([200, customerio('CLOSED')]);
  });

  it('does not know a workspace that the fleet does not serve', async () => {
    expect((await dashboard.request('/health/customerio?workspace=mars')).status).toBe(404);
  });
});

describe('the fleet page', () => {
  const hostile = `<img src=x onerror=alert(1)>"'</script><script>alert(2)</script>`;

  it('shows workers, lanes, fallback, dead letters and ledger of every workspace', async () => {
    await seedLanes(redis, us, 4, 3);
    await seedWorker(redis, us, 'w1');
    await seedDeadLetters(redis, us, 5, () => ({ code: 'REJECTED', message: 'name is required' }));
    await redis.hset(workspaceKeys(us).held, 'id:1', 2);
    const page = await (await dashboard.request('/', { as: VIEWER })).text();
    for (const text of [
      us,
      eu,
      'worker-a',
      '0-3',
      '123 MB',
      'CLOSED',
      'REJECTED',
      'balanced',
      '1 m 30 s',
      '1 person held',
    ]) {
      expect(page, text).toContain(text);
    }
    expect(page).not.toContain('/redrive?');
    expect(await (await dashboard.request('/', { as: OPERATOR })).text()).toContain(
      `/redrive?workspace=${us}&amp;reason=REJECTED`,
    );
  });

  it('renders hostile text as text', async () => {
    await seedWorker(redis, us, hostile, {
      host: hostile,
      version: hostile,
      lastError: { code: hostile, message: hostile, at: 1 },
      circuit: { state: hostile, since: 1, failureCount: 1, lastFailure: 1, lastError: hostile },
    });
    await redis.hset(workspaceKeys(us).deadLetterReasons, hostile, 3);
    await redis.hset(
      `{cio:${us}}:${us}.lane.0:${ulid(0)}`,
      'progress',
      JSON.stringify({ attempts: 1, lastError: hostile }),
    );
    for (const path of ['/', `/redrive?workspace=${us}&reason=${encodeURIComponent(hostile)}`]) {
      const page = await (await dashboard.request(path, { as: OPERATOR })).text();
      expect(page).toContain('&lt;img src=x');
      expect(page).not.toContain('<img');
      expect(page.match(/<script/g)).toHaveLength(2);
    }
    await redis.del(heartbeatKey(us, hostile));
    await redis.hdel(workspaceKeys(us).deadLetterReasons, hostile);
  });

  it('allows no inline script and no inline style', async () => {
    const response = await dashboard.request('/', { as: VIEWER });
    expect(response.headers.get('content-security-policy')).toContain("script-src 'self';style-src 'self';");
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.text()).not.toMatch(/ style=| onclick=|<style/);
  });

  it('is JSON for those who ask for it', async () => {
    const response = await dashboard.request('/', { as: VIEWER, headers: { accept: 'application/json' } });
    const { workspaces } = (await response.json()) as { workspaces: readonly object[] };
    expect(workspaces).toMatchObject([
      {
        workspace: us,
        region: 'us',
        residue: 0,
        circuit: { state: 'CLOSED' },
        deadLetters: { deadLetters: 5, oldestMs: expect.any(Number) },
      },
      { workspace: eu, region: 'eu' },
    ]);
  });

  it('gives its changing part alone at the same address', async () => {
    const headers = { 'x-cio-fleet-fragment': '1', accept: 'text/html' };
    const fragment = await (await dashboard.request('/', { as: VIEWER, headers })).text();
    expect(fragment.startsWith('<div id="fleet"')).toBe(true);
    expect(fragment).not.toContain('<html');
  });

  it('exports the fleet as metrics', async () => {
    const metrics = await (await dashboard.request('/metrics')).text();
    expect(metrics).toContain(`cio_fleet_dead_letters{workspace="${us}"} 5`);
    expect(metrics).toContain(`cio_fleet_queue_waiting_operations{workspace="${us}",queue="${us}.lane.0"} 3`);
    expect(metrics).toContain('cio_fleet_fleet_read_success 1');
  });
});

describe('a redrive from the fleet page', () => {
  const form = { workspace: eu, reason: 'EXPIRED' };
  beforeAll(() =>
    seedDeadLetters(redis, eu, 20, (index) => ({ code: index % 2 === 0 ? 'REJECTED' : 'EXPIRED', message: 'no' })),
  );

  it('is refused to a viewer', async () => {
    const page = await (await dashboard.request(`/redrive?workspace=${eu}`, { as: VIEWER })).text();
    expect(page).toContain('<strong>20</strong> dead letters');
    expect(page).not.toContain('method="post"');
    expect((await dashboard.request('/redrive', { as: VIEWER, method: 'POST', form })).status).toBe(403);
    expect((await dashboard.request('/redrive/stop', { as: VIEWER, method: 'POST', form })).status).toBe(403);
    expect(await redrivenIds(redis, eu)).toEqual([]);
  });

  it('counts and asks first, and changes nothing by that', async () => {
    const page = await (await dashboard.request(`/redrive?workspace=${eu}&reason=EXPIRED`, { as: OPERATOR })).text();
    expect(page).toContain('Redrive 10');
    expect(await redrivenIds(redis, eu)).toEqual([]);
  });

  it('of one reason redrives those, oldest first, and shows how it went', async () => {
    const response = await dashboard.request('/redrive', { as: OPERATOR, method: 'POST', form });
    expect([response.status, response.headers.get('location')]).toEqual([303, '/redrive']);
    await waitFor(async () => (await redrivenIds(redis, eu)).length === 10);
    expect(await redrivenIds(redis, eu)).toEqual(
      [1, 3, 5, 7, 9, 11, 13, 15, 17, 19].map((index) => `${ulid(index)}-0`),
    );
    await waitFor(async () => (await (await dashboard.request('/', { as: VIEWER })).text()).includes('by otto: done'));
    const page = await (await dashboard.request('/', { as: VIEWER })).text();
    for (const text of ['redrive-end', 'done: 10 redriven, 0 gone']) expect(page).toContain(text);
  });

  it('runs once at a time, is stopped by its button, and also when the dashboard stops', async () => {
    const slow = uniqueWorkspace('slow');
    await seedDeadLetters(redis, slow, 50);
    const own = await runDashboard({
      REDIS_URL: inject('redisUrl'),
      CIO_FLEET_WORKSPACES: workspacesFile(slow),
      DASHBOARD_REDRIVE_PER_SECOND: '5',
    });
    const post = (path: string) => own.request(path, { as: OPERATOR, method: 'POST', form: { workspace: slow } });
    expect((await post('/redrive')).status).toBe(303);
    expect((await post('/redrive')).status).toBe(409);
    await waitFor(async () => (await redrivenIds(redis, slow)).length >= 2);
    expect((await post('/redrive/stop')).status).toBe(303);
    await waitFor(async () => (await (await own.request('/', { as: VIEWER })).text()).includes('by otto: stopped'));
    expect((await post('/redrive')).status).toBe(303);
    expect(await own.process.stop()).toBe(0);
    const back = (await redrivenIds(redis, slow)).length;
    expect(back).toBeGreaterThanOrEqual(2);
    expect(back).toBeLessThan(50);
    const audit = await redis.xrevrange(workspaceKeys(slow).audit, '+', '-', 'COUNT', 1);
    expect(audit[0]?.[1].join(' ')).toContain('stopped: ');
  });

  it('knows no workspace but those of the fleet', async () => {
    const response = await dashboard.request('/redrive', { as: OPERATOR, method: 'POST', form: { workspace: 'mars' } });
    expect(response.status).toBe(404);
  });
});

describe('a brake on the fleet page', () => {
  const post = (form: Record<string, string>, as = OPERATOR) =>
    dashboard.request('/brakes/release', { as, method: 'POST', form });

  it('is shown with its filter and who set it, and released by an operator only', async () => {
    const filter = { name: '<b>bad</b>' };
    const { id } = await setBrake(redis, us, { kind: 'hold', filter, by: 'cli:ada@laptop', reason: 'wrong template' });
    const form = { workspace: us, brake: id };
    const asViewer = await (await dashboard.request('/', { as: VIEWER })).text();
    for (const text of ['1 in force', '&lt;b&gt;bad&lt;/b&gt;', 'cli:ada@laptop', 'wrong template']) {
      expect(asViewer).toContain(text);
    }
    expect(asViewer).not.toContain('/brakes/release');
    expect((await post(form, VIEWER)).status).toBe(403);
    expect(await (await dashboard.request('/', { as: OPERATOR })).text()).toContain(`id="release-${id}"`);
    const crossSite = { 'sec-fetch-site': 'cross-site' };
    const forged = { as: OPERATOR, method: 'POST', form, headers: crossSite };
    expect((await dashboard.request('/brakes/release', forged)).status).toBe(403);
    expect((await post({ ...form, workspace: 'mars' })).status).toBe(404);
    expect(await redis.hlen(workspaceKeys(us).brakes)).toBe(1);

    const response = await post(form);
    expect([response.status, response.headers.get('location')]).toEqual([303, '/']);
    expect(await redis.hlen(workspaceKeys(us).brakes)).toBe(0);
    const [[, entry = []] = []] = await redis.xrevrange(workspaceKeys(us).audit, '+', '-', 'COUNT', 1);
    expect(entry.join(' ')).toMatch(new RegExp(`user otto .*action release .*hold ${id}`));
    expect((await post(form)).status).toBe(404);
  });

  it('is a metric, as is what is parked', async () => {
    const { id } = await setBrake(redis, us, { kind: 'discard', filter: { source: 'crm' }, by: 'test' });
    const metrics = await (await dashboard.request('/metrics')).text();
    expect(metrics).toContain(`cio_fleet_brakes{workspace="${us}",kind="discard"} 1`);
    expect(metrics).toContain(`cio_fleet_parked_operations{workspace="${us}"} 0`);
    expect(metrics).toContain(`cio_fleet_queue_waiting_operations{workspace="${us}",queue="${us}.parked.1"} 0`);
    await releaseBrakes(redis, us, [id]);
  });
});

describe('while Redis is away', () => {
  it('the dashboard starts, says so everywhere, and recovers by itself', async () => {
    const own = await startRedis();
    await own.kill();
    const alone = await runDashboard({ REDIS_URL: own.url, CIO_FLEET_WORKSPACES: workspacesFile(us) });
    expect((await alone.request('/livez')).status).toBe(200);
    expect((await alone.request('/readyz')).status).toBe(503);
    expect((await alone.request('/health/customerio')).status).toBe(503);
    expect(await (await alone.request('/', { as: VIEWER })).text()).toContain('Redis does not answer');
    expect((await alone.request('/', { as: VIEWER, headers: { accept: 'application/json' } })).status).toBe(503);
    await own.restart();
    await waitFor(async () => (await alone.request('/readyz')).status === 200);
    expect(await (await alone.request('/', { as: VIEWER })).text()).toContain('No live worker');
    await own.kill();
    expect(await alone.process.stop()).toBe(0);
    await own.stop();
  });
});
