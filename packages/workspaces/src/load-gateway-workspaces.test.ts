import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadGatewayWorkspaces, workspacesFile } from './load-gateway-workspaces.ts';
import { WorkspaceConfigError } from './workspace-config-error.ts';

const folder = mkdtempSync(join(tmpdir(), 'gateway-workspaces-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, 'workspaces.json');

const plain = (name: string, extra: object = {}) => ({ name, siteId: `${name}-site`, apiKey: `${name}-key`, ...extra });

function load(...workspaces: readonly object[]) {
  writeFileSync(path, JSON.stringify({ workspaces }));
  return loadGatewayWorkspaces({ CIO_FLEET_WORKSPACES: path });
}

function problemsOf(...workspaces: readonly object[]): Record<string, string> {
  try {
    load(...workspaces);
  } catch (error) {
    if (!(error instanceof WorkspaceConfigError)) throw error;
    return Object.fromEntries(error.problems.map(({ name, message }) => [name, message]));
  }
  return {};
}

it('reads region rules, keys with a rate and keys that send elsewhere', () => {
  const regions = { trait: 'region', map: { EU: 'eu' }, otherwise: 'refuse' };
  const gatewayKeys = [{ source: 'shop', writeKey: 'w', workspace: 'eu', maxRequestsPerSecond: 0.5 + 1 }];
  const [home] = load(plain('home', { regions, gatewayKeys }), plain('eu'));
  expect(home).toMatchObject({ regions, gatewayKeys });
});

it('makes the path of a module absolute, from the folder of the file', () => {
  const [home] = load(plain('home', { regions: { module: './route.mjs' } }));
  expect(home?.regions).toEqual({ module: join(folder, 'route.mjs') });
});

it('takes the plain variables, and then has no file', () => {
  const env = { CUSTOMERIO_SITE_ID: 's', CUSTOMERIO_TRACK_API_KEY: 'k' };
  expect(loadGatewayWorkspaces(env)).toMatchObject([{ name: 'default' }]);
  expect(workspacesFile(env)).toBeUndefined();
});

describe('credentials that stand for two things are refused, without a word of them', () => {
  it.each([
    [
      'two workspaces with one site id and key',
      [plain('a', { siteId: 's', apiKey: 'secret' }), plain('b', { siteId: 's', apiKey: 'secret' })],
    ],
    [
      'two workspaces whose key is the write key of both',
      [plain('a', { apiKey: 'secret' }), plain('b', { apiKey: 'secret' })],
    ],
    [
      'a write key that is the key of another workspace',
      [plain('a', { apiKey: 'secret' }), plain('b', { gatewayKeys: [{ source: 'x', writeKey: 'secret' }] })],
    ],
    [
      'two sources with one key',
      [
        plain('a', { gatewayKeys: ['x', 'y'].map((source) => ({ source, siteId: 's', apiKey: 'secret' })) }),
        plain('b'),
      ],
    ],
  ])('%s', (_title, workspaces) => {
    const problems = problemsOf(...workspaces);
    expect(Object.values(problems)).toEqual([expect.stringContaining('expected credentials of its own')]);
    expect(JSON.stringify(problems)).not.toContain('secret');
  });

  it('but not one site id with two keys, nor two workspaces of which one has keys of its own', () => {
    const gatewayKeys = ['x', 'y'].map((source) => ({ source, siteId: 's', apiKey: source }));
    expect(problemsOf(plain('a', { gatewayKeys, apiKey: 'same' }), plain('b', { apiKey: 'same' }))).toEqual({});
  });
});

it('finds every workspace that is named and does not exist', () => {
  const regions = { trait: 'region', map: { EU: 'eu', US: 'home' }, otherwise: 'nowhere' };
  const gatewayKeys = [{ source: 'x', writeKey: 'w', workspace: 'mars' }];
  expect(Object.keys(problemsOf(plain('home', { regions, gatewayKeys })))).toEqual([
    'CIO_FLEET_WORKSPACES workspaces[0].gatewayKeys[0].workspace',
    'CIO_FLEET_WORKSPACES workspaces[0].regions.map.EU',
    'CIO_FLEET_WORKSPACES workspaces[0].regions.otherwise',
  ]);
});

it.each([{ trait: 'region' }, { trait: 'region', map: {}, otherwise: 'a' }, { module: 'x', trait: 'y' }, 'eu'])(
  'refuses %j as a region rule',
  (regions) => {
    expect(Object.keys(problemsOf(plain('a', { regions })))).not.toEqual([]);
  },
);
