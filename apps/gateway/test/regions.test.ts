import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { queuePrefix, regionKey, workspaceKeys } from '@cio-fleet/contracts';
import type { OperationInput } from '@cio-fleet/producer';
import { startRedis, uniqueWorkspace, waitFor } from '@cio-fleet/testkit';
import { loadGatewayWorkspaces, type Workspace } from '@cio-fleet/workspaces';
import { Redis } from 'ioredis';
import { afterAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { loadRegionFunctions } from '../src/intake/regions/region-modules.ts';
import { startGuardedServer, workspaceNamed } from './support/guarded-server.ts';
import { codesOf, connected, identify, PATIENCE, regional, track } from './support/regional.ts';

const redisUrl = inject('redisUrl');
const redis = new Redis(redisUrl);
afterAll(() => redis.quit());

const acceptedBy = async (workspace: string) => Number(await redis.hget(workspaceKeys(workspace).ledger, 'accepted'));

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

  it('brings identifiers along that a move did not name, when the person comes with them next', async () => {
    const { home, us, eu, workspaces } = regional('us');
    const server = await connected(await startGuardedServer({ redisUrl, workspaces }));
    await server.accept(home, [identify('1', { region: 'US', email: 'a@b.c', anonymous_id: 'x' })]);
    await server.accept(home, [identify('1', { region: 'EU' })]);
    const later = [identify('1', { email: 'a@b.c' }), identify('1', { anonymous_id: 'x' })];
    expect(codesOf(await server.accept(home, later))).toEqual(['ok', 'ok']);
    await server.accept(home, [track({ email: 'a@b.c' }), track({ anonymous_id: 'x' })]);
    expect([await acceptedBy(us), await acceptedBy(eu)]).toEqual([1, 5]);
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
  it('takes what is of persons known here to be in the EU, and refuses to guess about others', async () => {
    const own = await startRedis();
    onTestFinished(() => own.stop());
    const spoolDir = mkdtempSync(join(tmpdir(), 'regions-spool-'));
    onTestFinished(() => rmSync(spoolDir, { recursive: true }));
    const { home, workspaces } = regional('us');
    const server = await connected(await startGuardedServer({ redisUrl: own.url, workspaces, spoolDir }));
    await server.accept(home, [identify('known', { region: 'EU' }), identify('in the us', { region: 'US' })]);
    await own.stop();
    await waitFor(() => server.redis.status !== 'ready', PATIENCE);
    const results = await server.accept(home, [
      track({ id: 'known' }),
      track({ id: 'stranger' }),
      // Another gateway may know by now that they moved.
      track({ id: 'in the us' }),
      identify('stranger', { region: 'EU' }),
      identify('known', { region: 'EU' }),
      identify('known', { region: 'US' }),
      track({ id: 'known' }),
    ]);
    const away = 'REGION_UNAVAILABLE';
    expect(codesOf(results)).toEqual(['ok', away, away, away, 'ok', away, away]);
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
