import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { queuePrefix, regionKey, workspaceKeys } from '@cio-fleet/contracts';
import type { EnqueueResult, OperationInput } from '@cio-fleet/producer';
import { createSimulator, type Simulator } from '@cio-fleet/simulator';
import { runFleetProcess, startRedis, uniqueWorkspace, waitFor } from '@cio-fleet/testkit';
import { loadGatewayWorkspaces, type Workspace } from '@cio-fleet/workspaces';
import { Redis } from 'ioredis';
import { afterAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { loadRegionFunctions } from '../src/intake/regions/region-modules.ts';
import { startGuardedServer, workspaceNamed } from './support/guarded-server.ts';

const redisUrl = inject('redisUrl');
const redis = new Redis(redisUrl);
afterAll(() => redis.quit());

const PATIENCE = { timeoutMs: 90_000 };
const WORKER = fileURLToPath(new URL('../../worker/src/main.ts', import.meta.url));

const identify = (id: string, attributes: object = {}): OperationInput => ({
  type: 'person',
  action: 'identify',
  identifiers: { id },
  attributes,
});
const track = (identifiers: object, name = 'Viewed'): OperationInput => ({
  type: 'person',
  action: 'event',
  identifiers,
  name,
});

function regional(otherwise: 'us' | 'refuse') {
  const home = uniqueWorkspace('home');
  const [us, eu] = [`${home}-us`, `${home}-eu`];
  const regions = { trait: 'region', map: { EU: eu, US: us }, otherwise: otherwise === 'us' ? us : 'refuse' };
  return { home, us, eu, workspaces: [workspaceNamed(home, { regions }), workspaceNamed(us), workspaceNamed(eu)] };
}

const acceptedBy = async (workspace: string) => Number(await redis.hget(workspaceKeys(workspace).ledger, 'accepted'));
const settledBy = async (workspace: string) => {
  const counts = await redis.hmget(workspaceKeys(workspace).ledger, 'delivered', 'deduplicated');
  return counts.reduce((sum, count) => sum + Number(count ?? 0), 0);
};
const codesOf = (results: readonly EnqueueResult[]) => results.map((result) => (result.ok ? 'ok' : result.error.code));

async function connected(server: Awaited<ReturnType<typeof startGuardedServer>>) {
  await waitFor(() => server.redis.status === 'ready', PATIENCE);
  return server;
}

describe('of a thousand random operations', () => {
  it('nothing of a person of the EU reaches the simulator of the US', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'regions-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const { home, us, eu } = regional('us');
    const simulators = { us: createSimulator(), eu: createSimulator() };
    onTestFinished(async () => void (await Promise.all(Object.values(simulators).map((one) => one.stop()))));
    const { url: usUrl } = await simulators.us.start();
    const { url: euUrl } = await simulators.eu.start();
    const credentials = { siteId: 'demo-site', apiKey: 'demo-key', maxRequestsPerSecond: 1_000 };
    const own = (siteId: string) => ({ gatewayKeys: [{ source: 'none', siteId, apiKey: 'none' }] });
    const path = join(folder, 'workspaces.json');
    const regions = { trait: 'region', map: { EU: eu, US: us }, otherwise: us };
    const workspaces = [
      { name: home, ...credentials, trackUrl: usUrl, regions },
      { name: us, ...credentials, trackUrl: usUrl, ...own('us') },
      { name: eu, ...credentials, trackUrl: euUrl, ...own('eu') },
    ];
    writeFileSync(path, JSON.stringify({ workspaces }));
    const load = () => loadGatewayWorkspaces({ CIO_FLEET_WORKSPACES: path });
    // Two gateways: what one learns the other must know.
    const servers = [
      await connected(await startGuardedServer({ redisUrl, workspaces: load() })),
      await connected(await startGuardedServer({ redisUrl, workspaces: load() })),
    ];
    const worker = await runFleetProcess({
      entry: WORKER,
      env: { REDIS_URL: redisUrl, CIO_FLEET_WORKSPACES: path, WORKER_PORT: '0' },
      readyTimeoutMs: 60_000,
    });
    onTestFinished(async () => void (await worker.stop()));

    const random = seeded(20_261_121);
    const sent = await sendRandomly(random, (round) => servers[round % 2] as (typeof servers)[number], home);
    // Identifies that follow each other are merged on the way, so the ledger says when all is done.
    await waitFor(async () => (await settledBy(us)) + (await settledBy(eu)) === sent.operations, PATIENCE);

    expect(sent.operations).toBeGreaterThanOrEqual(1_000);
    const inUs = textOf(simulators.us);
    for (const marker of sent.euMarkers) expect(inUs).not.toContain(marker);
    expect(textOf(simulators.eu)).not.toContain('us-person');
    expect(simulators.eu.stats().operations).toBeGreaterThan(300);
    expect(await acceptedBy(home)).toBe(0);
  }, 180_000);
});

const textOf = (simulator: Simulator) => JSON.stringify(simulator.arrivals());

/** Persons come into being with their region, then do random things under each of their identifiers. */
async function sendRandomly(
  random: () => number,
  serverOf: (round: number) => Awaited<ReturnType<typeof startGuardedServer>>,
  workspace: string,
) {
  const persons = Array.from({ length: 60 }, (_, index) => {
    const region = index % 2 === 0 ? 'EU' : 'US';
    const name = `${region.toLowerCase()}-person-${index}-end`;
    return { region, name, email: `${name}@example.com`, isKnown: false };
  });
  let operations = 0;
  for (let round = 0; operations < 1_000; round += 1) {
    const call: OperationInput[] = [];
    for (let count = 0; count < 1 + random() * 15; count += 1) {
      const person = persons[Math.floor(random() * persons.length)] as (typeof persons)[number];
      const { name, email, region } = person;
      // An event may come before the identify, within the same call.
      if (!person.isKnown && random() < 0.3) call.push(track({ id: name }, `before ${name}`));
      if (!person.isKnown) call.push(identify(name, { region, email, note: name }));
      person.isKnown = true;
      const identifiers = random() < 0.5 ? { id: name } : { email };
      const choice = random();
      if (choice < 0.5) call.push(track(identifiers, `event of ${name}`));
      else if (choice < 0.7) call.push({ type: 'person', action: 'page', identifiers, name: `/${name}` });
      else if (choice < 0.8) call.push(identify(name, { note: name }));
      else if (choice < 0.9) {
        const device = { token: `token-${name}`, platform: 'ios' };
        call.push({ type: 'person', action: 'add_device', identifiers, device });
      } else {
        const cio_relationships = [{ identifiers: { object_type_id: '1', object_id: `object-${name}` } }];
        call.push({ type: 'person', action: 'add_relationships', identifiers, cio_relationships });
      }
    }
    const results = await serverOf(round).accept(workspace, call);
    expect(codesOf(results).filter((code) => code !== 'ok')).toEqual([]);
    operations += call.length;
  }
  return { operations, euMarkers: persons.filter(({ region }) => region === 'EU').map(({ name }) => name) };
}

/** A small generator of random numbers, the same for each run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('the rule by trait', () => {
  it('sends who is not known where it says, until an identify tells', async () => {
    const { home, us, eu, workspaces } = regional('us');
    const server = await connected(await startGuardedServer({ redisUrl, workspaces }));
    await server.accept(home, [track({ id: '1' })]);
    await server.accept(home, [identify('1', { region: 'EU', email: 'ada@example.com' })]);
    await server.accept(home, [track({ id: '1' }), track({ email: 'ADA@example.com' })]);
    expect([await acceptedBy(us), await acceptedBy(eu)]).toEqual([1, 3]);
  });

  it('refuses who is not known where it says so, and what is wrong in the words of its own refusal', async () => {
    const { home, workspaces } = regional('refuse');
    const server = await connected(await startGuardedServer({ redisUrl, workspaces }));
    const results = await server.accept(home, [
      track({ id: '1' }),
      track({ id: '' }),
      { type: 'person' },
      null as unknown as OperationInput,
      identify('2', { region: 'US' }),
    ]);
    expect(codesOf(results)).toEqual([
      'REGION_UNKNOWN',
      'IDENTIFIER_EMPTY',
      'OPERATION_ACTION_UNKNOWN',
      'OPERATION_NOT_OBJECT',
      'ok',
    ]);
    expect(results[0]).toMatchObject({ error: { refusal: { code: 'REGION_UNKNOWN' } } });
  });

  it('moves later operations of a person whose region changes, and tells so without naming anybody', async () => {
    const { home, us, eu, workspaces } = regional('us');
    const server = await connected(await startGuardedServer({ redisUrl, workspaces }));
    await server.accept(home, [identify('person-1', { region: 'US' }), track({ id: 'person-1' })]);
    await server.accept(home, [identify('person-1', { region: 'EU' }), track({ id: 'person-1' })]);
    expect([await acceptedBy(us), await acceptedBy(eu)]).toEqual([2, 2]);
    expect(server.log.join()).toContain('moved to another region');
    expect(server.log.join()).not.toContain('person-1');
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toContain(`gateway_region_moves_total{workspace="${home}",to="${eu}"} 1`);
  });

  it('remembers persons as digests that live for months', async () => {
    const { home, workspaces } = regional('us');
    const server = await connected(await startGuardedServer({ redisUrl, workspaces }));
    await server.accept(home, [identify('ada@example.com', { region: 'EU' })]);
    const keys = await redis.keys(`${queuePrefix(home).replace(/[{}]/g, '?')}:region:*`);
    expect(keys).toHaveLength(1);
    const [key = ''] = keys;
    expect(key).toMatch(new RegExp(`${regionKey(home, '').slice(-8)}[\\w-]{22}$`));
    expect(await redis.ttl(key)).toBeGreaterThan(80 * 86_400);
  });

  it('sends an operation with a key of a region to that region, whatever the person', async () => {
    const { home, us, eu } = regional('us');
    const gatewayKeys = [{ source: 'eu-shop', siteId: 's', apiKey: 'k', workspace: eu }];
    const workspaces = [workspaceNamed(home, { gatewayKeys }), workspaceNamed(us), workspaceNamed(eu)];
    const server = await startGuardedServer({ redisUrl, workspaces });
    expect((await server.post([track({ id: '1' })], 's:k')).status).toBe(200);
    expect([await acceptedBy(home), await acceptedBy(eu)]).toEqual([0, 1]);
  });
});

describe('while Redis is away', () => {
  it('takes what is of persons known here, and refuses to guess about others', async () => {
    const own = await startRedis();
    onTestFinished(() => own.stop());
    const spoolDir = mkdtempSync(join(tmpdir(), 'regions-spool-'));
    onTestFinished(() => rmSync(spoolDir, { recursive: true }));
    const { home, workspaces } = regional('us');
    const server = await connected(await startGuardedServer({ redisUrl: own.url, workspaces, spoolDir }));
    await server.accept(home, [identify('known', { region: 'EU' })]);
    await own.stop();
    await waitFor(() => server.redis.status !== 'ready', PATIENCE);
    const results = await server.accept(home, [
      track({ id: 'known' }),
      track({ id: 'stranger' }),
      identify('stranger', { region: 'EU' }),
      identify('known', { region: 'EU' }),
      identify('known', { region: 'US' }),
      track({ id: 'known' }),
    ]);
    const away = 'REGION_UNAVAILABLE';
    expect(codesOf(results)).toEqual(['ok', away, away, 'ok', away, away]);
  });
});

describe('the rule by a function', () => {
  async function withFunction(source: string) {
    const folder = mkdtempSync(join(tmpdir(), 'regions-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'route.mjs'), source);
    const [home, other] = [uniqueWorkspace('home'), uniqueWorkspace('other')];
    const path = join(folder, 'workspaces.json');
    const plain = (name: string) => ({ name, siteId: name, apiKey: `${name}-key` });
    const list = [{ ...plain(home), regions: { module: './route.mjs' } }, plain(other)];
    writeFileSync(path, JSON.stringify({ workspaces: list }));
    const workspaces: readonly Workspace[] = loadGatewayWorkspaces({ CIO_FLEET_WORKSPACES: path });
    return { home, other, workspaces };
  }

  it('sends each operation to the workspace that the function names, else home', async () => {
    const source = `export default (operation, caller) => operation.name === 'Order Placed' ? process.env.REGION_TEST_OTHER : undefined;`;
    const { home, other, workspaces } = await withFunction(source);
    process.env.REGION_TEST_OTHER = other;
    const regionFunctions = await loadRegionFunctions(workspaces);
    const server = await startGuardedServer({ redisUrl, workspaces, regionFunctions });
    await server.accept(home, [track({ id: '1' }, 'Order Placed'), track({ id: '1' }), track({ id: '1' })]);
    expect([await acceptedBy(home), await acceptedBy(other)]).toEqual([2, 1]);
  });

  it('refuses, and logs nothing of the person, when the function throws or names no workspace', async () => {
    const source = `export default ({ identifiers, name }) => { if (name === 'boom') throw new Error(identifiers.id); return 'nowhere'; };`;
    const { home, workspaces } = await withFunction(source);
    const regionFunctions = await loadRegionFunctions(workspaces);
    const server = await startGuardedServer({ redisUrl, workspaces, regionFunctions });
    const results = await server.accept(home, [track({ id: 'person-1' }, 'boom'), track({ id: 'person-1' })]);
    expect(codesOf(results)).toEqual(['REGION_RULE_FAILED', 'REGION_RULE_FAILED']);
    expect(server.log.filter((line) => line.includes('REGION_RULE_FAILED'))).toHaveLength(2);
    expect(server.log.join()).not.toContain('person-1');
  });

  it.each([
    ['is not there', undefined, "can't be loaded"],
    ['exports no function', 'export default 7;', 'expected a function'],
  ])('is found wrong at start when its module %s', async (_what, source, message) => {
    const { workspaces } = await withFunction(source ?? '');
    const missing = workspaces.map((workspace) =>
      source === undefined && workspace.regions !== undefined
        ? { ...workspace, regions: { module: '/nowhere/route.mjs' } }
        : workspace,
    );
    await expect(loadRegionFunctions(missing)).rejects.toThrow(message);
  });
});
