import { mkdtempSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { uniqueWorkspace } from '@cio-fleet/testkit';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { hashPassword } from '../src/access/password.ts';
import { readDashboardConfig } from '../src/config.ts';
import { OPERATOR, type RunningDashboard, runDashboard, VIEWER } from './support/dashboard.ts';
import { workspacesFile } from './support/workspaces-file.ts';

const workspace = uniqueWorkspace('sign-in');
const base = { REDIS_URL: inject('redisUrl'), CIO_FLEET_WORKSPACES: workspacesFile(workspace) };

const problemsOf = (env: Record<string, string>) => {
  const result = readDashboardConfig({ ...base, ...env });
  return result.ok ? [] : result.problems;
};

describe('the dashboard does not start', () => {
  it('in production without credentials, and says what to set', async () => {
    const started = runDashboard({ ...base, CIO_FLEET_ENV: 'production', DASHBOARD_USERS: undefined });
    await expect(started).rejects.toThrow(
      /code 2[\s\S]*DASHBOARD_AUTH: expected basic or proxy in production, got none/,
    );
  });

  it.each([
    [{ CIO_FLEET_ENV: 'production', DASHBOARD_AUTH: 'none' }, 'DASHBOARD_AUTH: expected basic or proxy in production'],
    [{ CIO_FLEET_HOST: '0.0.0.0' }, 'DASHBOARD_AUTH: expected basic or proxy on 0.0.0.0'],
    [{ CIO_FLEET_HOST: '::' }, 'DASHBOARD_AUTH: expected basic or proxy on ::'],
    [{ DASHBOARD_AUTH: 'basic' }, 'DASHBOARD_USERS: expected a list of user:password:role'],
    [{ DASHBOARD_USERS: 'ada:x:root' }, 'DASHBOARD_USERS: entry 1: expected the role'],
    [{ DASHBOARD_USERS: '/none/users' }, 'DASHBOARD_USERS: expected user:password:role, or the path'],
    [{ DASHBOARD_AUTH: 'proxy' }, 'DASHBOARD_TRUSTED_PROXIES: expected the addresses'],
    [{ DASHBOARD_AUTH: 'proxy', DASHBOARD_TRUSTED_PROXIES: 'x' }, 'DASHBOARD_TRUSTED_PROXIES: expected addresses'],
    [{ DASHBOARD_AUTH: 'magic' }, 'DASHBOARD_AUTH: expected one of basic, proxy, none, got "magic"'],
    [{ DASHBOARD_PORT: 'x' }, 'DASHBOARD_PORT: expected a whole number from 0 to 65535, got "x"'],
  ])('with %j', (env, problem) => {
    expect(problemsOf(env).join('\n')).toContain(problem);
  });

  it('with several things wrong at once, and names all of them', () => {
    const problems = problemsOf({ DASHBOARD_PORT: '-1', LOG_LEVEL: 'loud', CIO_FLEET_WORKSPACES: '/none.json' });
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      'DASHBOARD_PORT',
      'LOG_LEVEL',
      'CIO_FLEET_WORKSPACES',
    ]);
  });

  it('without Redis, and says what to do', () => {
    const result = readDashboardConfig({ CIO_FLEET_WORKSPACES: base.CIO_FLEET_WORKSPACES }, '/none/run.json');
    expect(result).toMatchObject({ ok: false, problems: [expect.stringContaining('REDIS_URL')] });
  });
});

describe('basic sign-in', () => {
  let dashboard: RunningDashboard;
  beforeAll(async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'users-')), 'users');
    writeFileSync(
      path,
      `# people\nvera:look:viewer\notto:change:operator\nhana:${await hashPassword('se:cret')}:operator\n`,
    );
    dashboard = await runDashboard({ ...base, CIO_FLEET_ENV: 'production', DASHBOARD_USERS: path });
  });
  afterAll(() => dashboard.process.stop());

  it('asks for credentials before it shows anything', async () => {
    for (const path of ['/', '/queues/', '/queues/api/queues', '/redrive', '/assets/fleet.js', '/none']) {
      const response = await dashboard.request(path);
      expect(response.status, path).toBe(401);
      expect(response.headers.get('www-authenticate')).toContain('Basic');
    }
  });

  it.each([
    ['a wrong password', { user: 'vera', password: 'change' }, 401],
    ['an unknown user', { user: 'eve', password: 'look' }, 401],
    ['an empty password', { user: 'vera', password: '' }, 401],
    ['a plain password', VIEWER, 200],
    ['a hashed password with a colon', { user: 'hana', password: 'se:cret' }, 200],
    ['a hash in place of the password', { user: 'hana', password: 'scrypt' }, 401],
  ])('answers %s accordingly', async (_title, as, status) => {
    expect((await dashboard.request('/', { as })).status).toBe(status);
    expect((await dashboard.request('/', { as })).status).toBe(status);
  });

  it('shows who is signed in, and in which environment', async () => {
    const page = await (await dashboard.request('/', { as: VIEWER })).text();
    expect(page).toContain('vera');
    expect(page).toContain('(viewer)');
    expect(page).toContain('production');
  });

  it('needs none for probes and metrics', async () => {
    for (const path of ['/livez', '/readyz', '/metrics'])
      expect((await dashboard.request(path)).status, path).toBe(200);
    expect((await dashboard.request('/health/customerio')).status).toBe(503);
  });

  it.each([
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['a sibling site', { 'sec-fetch-site': 'same-site' }],
    ['a foreign origin', { 'sec-fetch-site': '', origin: 'https://evil.example' }],
    ['an unknown origin', { 'sec-fetch-site': '', origin: 'null' }],
  ])('refuses a change from %s, credentials or not', async (_title, headers) => {
    for (const path of [
      '/redrive',
      '/redrive/stop',
      `/queues/api/queues/${workspace}.lane.0/pause`,
      '/queues/api/queues/pause',
    ]) {
      const method = path.startsWith('/queues') ? 'PUT' : 'POST';
      const sent = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ''));
      const response = await fetch(`${dashboard.url}${path}`, {
        method,
        headers: { authorization: `Basic ${Buffer.from('otto:change').toString('base64')}`, ...sent },
        body: '{}',
      });
      expect(response.status, path).toBe(403);
    }
  });

  it('refuses a change that does not say where it comes from', async () => {
    const response = await dashboard.request('/redrive', {
      as: OPERATOR,
      method: 'POST',
      headers: { 'sec-fetch-site': 'bogus' },
    });
    expect(response.status).toBe(403);
  });

  it('lets a change through whose origin is the dashboard', async () => {
    const form = { workspace };
    const headers = { 'sec-fetch-site': 'same-origin', origin: dashboard.url };
    const response = await dashboard.request('/redrive', { as: OPERATOR, method: 'POST', headers, form });
    expect([response.status, response.headers.get('location')]).toEqual([303, '/redrive']);
  });
});

describe('sign-in by a proxy', () => {
  const proxied = {
    ...base,
    DASHBOARD_AUTH: 'proxy',
    DASHBOARD_USERS: undefined,
    DASHBOARD_OPERATORS: 'ada, fleet-ops',
  };

  it('believes the headers of the proxy, and makes operators of those named', async () => {
    const dashboard = await runDashboard({ ...proxied, DASHBOARD_TRUSTED_PROXIES: '127.0.0.1,::1' });
    const roleOf = async (headers: Record<string, string>) =>
      /\((viewer|operator)\)/.exec(await (await dashboard.request('/', { headers })).text())?.[1];
    expect(await roleOf({ 'x-forwarded-user': 'ada' })).toBe('operator');
    expect(await roleOf({ 'x-forwarded-user': 'bob' })).toBe('viewer');
    expect(await roleOf({ 'x-forwarded-user': 'bob', 'x-forwarded-groups': 'staff, fleet-ops' })).toBe('operator');
    expect((await dashboard.request('/')).status).toBe(401);
    expect(await dashboard.process.stop()).toBe(0);
  });

  it('refuses everybody who does not come through the proxy', async () => {
    const dashboard = await runDashboard({ ...proxied, DASHBOARD_TRUSTED_PROXIES: '10.0.0.0/8' });
    expect((await dashboard.request('/', { headers: { 'x-forwarded-user': 'ada' } })).status).toBe(403);
    expect((await dashboard.request('/livez')).status).toBe(200);
    await dashboard.process.stop();
  });
});

describe('without sign-in', () => {
  it('everybody on this machine is an operator, by the name of localhost only', async () => {
    const dashboard = await runDashboard({ ...base, DASHBOARD_USERS: undefined });
    expect(await (await dashboard.request('/')).text()).toContain('(operator)');
    expect(await statusFor(dashboard, 'localhost:80')).toBe(200);
    expect(await statusFor(dashboard, 'rebound.evil.example')).toBe(403);
    await dashboard.process.stop();
  });
});

function statusFor(dashboard: RunningDashboard, host: string): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  httpRequest(`${dashboard.url}/`, { headers: { host } }, (response) => resolve(response.resume().statusCode))
    .on('error', reject)
    .end();
  return promise;
}
