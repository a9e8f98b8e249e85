import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { workspaceKeys } from '@cio-fleet/contracts';
import { findAbusers, readSpamReport } from '@cio-fleet/spam-report';
import { uniqueWorkspace, waitFor } from '@cio-fleet/testkit';
import { loadGatewayWorkspaces } from '@cio-fleet/workspaces';
import { Redis } from 'ioredis';
import { afterAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { basic, closedPort, startGuardedServer, workspaceNamed } from './support/guarded-server.ts';

const redisUrl = inject('redisUrl');
const redis = new Redis(redisUrl);
afterAll(() => redis.quit());

const PATIENCE = { timeoutMs: 30_000 };
const OPERATION = { type: 'person', action: 'event', identifiers: { id: '42' }, name: 'Order Placed' };

async function setUp(options: Partial<Parameters<typeof startGuardedServer>[0]> = {}) {
  const workspace = uniqueWorkspace('guard');
  const workspaces = [workspaceNamed(workspace)];
  return { workspace, server: await startGuardedServer({ redisUrl, workspaces, ...options }) };
}

async function statuses(count: number, ask: () => Promise<Response>): Promise<readonly number[]> {
  const answers: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const response = await ask();
    await response.arrayBuffer();
    answers.push(response.status);
  }
  return answers;
}

const countOf = (answers: readonly number[], status: number) => answers.filter((answer) => answer === status).length;

describe('credentials', () => {
  it('that are right let operations in, which are durable then', async () => {
    const { workspace, server } = await setUp();
    const response = await server.post([OPERATION]);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject([{ ok: true }]);
    expect(await redis.hget(workspaceKeys(workspace).ledger, 'accepted')).toBe('1');
  });

  it.each(['wrong:key', ':', 'x'])('%j that are wrong are refused with 401', async (credentials) => {
    const { server } = await setUp();
    const response = await server.post([OPERATION], credentials);
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ code: 'CREDENTIALS_UNKNOWN' });
  });

  it('of a write key are its user alone', async () => {
    const { workspace, server } = await setUp();
    const ask = (credentials: string) =>
      fetch(`${server.url}/write-key`, { method: 'POST', headers: { authorization: basic(credentials) } });
    expect(await (await ask(`${workspace}-key:`)).json()).toEqual({ workspace, keyId: `${workspace}/own` });
    expect((await ask(`${workspace}-key:x`)).status).toBe(401);
    expect((await ask(`${workspace}-site:${workspace}-key`)).status).toBe(401);
  });

  it('are asked for no more where too many were wrong, but those that were right there before still are', async () => {
    const { server } = await setUp();
    expect((await server.post([OPERATION])).status).toBe(200);
    const guesses = await statuses(120, () => server.post([], 'guess:guess'));
    expect(countOf(guesses, 401)).toBe(100);
    expect(countOf(guesses, 429)).toBe(20);
    expect((await server.post([OPERATION])).status).toBe(200);
  });
});

describe('the workspaces file', () => {
  it('is read again when it changes: a key that is gone is refused, and a wrong file changes nothing', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gateway-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'workspaces.json');
    const name = uniqueWorkspace('reload');
    const write = (content: string) => {
      writeFileSync(`${path}.new`, content);
      renameSync(`${path}.new`, path);
    };
    const withKeys = (...keys: string[]) =>
      write(
        JSON.stringify({
          workspaces: [
            {
              name,
              siteId: 's',
              apiKey: 'k',
              gatewayKeys: keys.map((key) => ({ source: key, siteId: key, apiKey: `secret-${key}` })),
            },
          ],
        }),
      );
    withKeys('old', 'kept');
    const load = () => loadGatewayWorkspaces({ CIO_FLEET_WORKSPACES: path });
    const server = await startGuardedServer({
      redisUrl,
      workspaces: load(),
      file: { path, load },
      intervals: { fileMs: 20 },
    });
    const statusOf = async (key: string) => (await server.post([OPERATION], `${key}:secret-${key}`)).status;
    expect(await statusOf('old')).toBe(200);

    withKeys('kept', 'new');
    await waitFor(async () => (await statusOf('old')) === 401, PATIENCE);
    expect(await statusOf('new')).toBe(200);

    write('{"workspaces": [{"name": "secret-kept"');
    await waitFor(() => server.log.some((line) => line.includes('WORKSPACES_INVALID')), PATIENCE);
    expect(await statusOf('kept')).toBe(200);
    expect(server.log.join()).not.toContain('secret-');
  });
});

describe('a rate', () => {
  it('of a key is kept to over two gateways, and says when to come again', async () => {
    const workspaces = [workspaceNamed(uniqueWorkspace('rate'))];
    const options = { redisUrl, workspaces, ratePerKey: 10 };
    const servers = [await startGuardedServer(options), await startGuardedServer(options)];
    await Promise.all(servers.map(({ redis: connection }) => waitFor(() => connection.status === 'ready', PATIENCE)));
    const started = performance.now();
    const answers = await Promise.all(servers.map((server) => statuses(60, () => server.post([]))));
    // 5 seconds' worth; where the test itself took longer than a window, the next one's too.
    const windows = 1 + Math.ceil((performance.now() - started) / 5_000);
    expect(countOf(answers.flat(), 200)).toBeGreaterThanOrEqual(50);
    expect(countOf(answers.flat(), 200)).toBeLessThanOrEqual(50 * windows);
    const [server] = servers;
    const limited = await waitFor(async () => {
      const response = await server?.post([]);
      return response?.status === 429 && response;
    }, PATIENCE);
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(await limited.json()).toMatchObject({ code: 'RATE_LIMITED' });
  });

  it('of a key of its own is the one in the workspaces file, and the others keep theirs', async () => {
    const name = uniqueWorkspace('own-rate');
    const gatewayKeys = [
      { source: 'slow', siteId: 'slow', apiKey: 'k', maxRequestsPerSecond: 1 },
      { source: 'fast', siteId: 'fast', apiKey: 'k' },
    ];
    const server = await startGuardedServer({ redisUrl, workspaces: [workspaceNamed(name, { gatewayKeys })] });
    expect(countOf(await statuses(30, () => server.post([], 'slow:k')), 429)).toBeGreaterThan(0);
    expect(countOf(await statuses(30, () => server.post([], 'fast:k')), 200)).toBe(30);
  });

  it('of an address holds also without credentials', async () => {
    const { server } = await setUp({ ratePerAddress: 2 });
    const ask = () => fetch(`${server.url}/open`, { method: 'POST' });
    expect(countOf(await statuses(60, ask), 429)).toBeGreaterThan(0);
  });

  it('holds in each gateway by itself while Redis is away, and requests are let in', async () => {
    const { server } = await setUp({ redisUrl: `redis://127.0.0.1:${await closedPort()}`, ratePerKey: 4 });
    const answers = await statuses(40, () => server.post([]));
    expect(countOf(answers, 200)).toBeGreaterThanOrEqual(20);
    expect(countOf(answers, 429)).toBeGreaterThan(0);
  });

  it('of 0 is none', async () => {
    const { server } = await setUp({ ratePerKey: 0, ratePerAddress: 0 });
    expect(countOf(await statuses(100, () => server.post([])), 200)).toBe(100);
  });
});

describe('the spam report', () => {
  it('names the key with its top names, and the address that guessed', async () => {
    const { workspace, server } = await setUp({ ratePerKey: 2, intervals: { reportMs: 20 } });
    await statuses(30, () => server.post([OPERATION, { ...OPERATION, name: '' }]));
    await statuses(3, () => server.post([], 'guess:guess'));
    const subjects = await waitFor(async () => {
      const { subjects: found } = await readSpamReport(redis, workspace, { windowMs: 600_000 });
      return found.length === 2 && found;
    }, PATIENCE);
    const abusers = findAbusers(
      { workspace, pieceMs: 60_000, subjects },
      { operationsPerMinute: 1e9, refused: 1, limited: 1, unauthorised: 1 },
    );
    expect(abusers.map(({ subject }) => subject).toSorted()).toEqual(['address:127.0.0.1', `key:${workspace}/own`]);
    const key = abusers.find(({ subject }) => subject.startsWith('key:'));
    expect(key?.topNames[0]).toMatchObject({ name: 'Order Placed' });
    expect(key?.reasons).toEqual(['refused', 'limited']);
  });
});

it('writes no credential and nothing of a person to the log or the metrics, at any level', async () => {
  const { workspace, server } = await setUp({ ratePerKey: 2 });
  const person = {
    type: 'person',
    action: 'identify',
    identifiers: { email: 'ada@example.com' },
    attributes: { plan: 'gold' },
  };
  await statuses(20, () =>
    server.post([person, { type: 'person', action: 'identify', identifiers: { email: 'not an address' } }]),
  );
  await server.post([], 'guess:guess');
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  expect(metrics).toMatch(/gateway_protection_refusals_total\{reason="key_rate"\} [1-9]/);
  for (const secret of [
    `${workspace}-key`,
    `${workspace}-site`,
    'ada@example.com',
    'not an address',
    'gold',
    'guess',
  ]) {
    expect(server.log.join()).not.toContain(secret);
    expect(metrics).not.toContain(secret);
  }
});
