import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadWorkspaceOutlines, loadWorkspaces } from './load-workspaces.ts';
import { WorkspaceConfigError } from './workspace-config-error.ts';

const folder = mkdtempSync(join(tmpdir(), 'workspaces-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
function fileOf(content: unknown): string {
  files += 1;
  const path = join(folder, `${files}.json`);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

function problemsOf(load: () => unknown): Record<string, string> {
  try {
    load();
  } catch (error) {
    if (error instanceof WorkspaceConfigError) {
      return Object.fromEntries(error.problems.map(({ name, message }) => [name, message]));
    }
    throw error;
  }
  return {};
}

const plain = { CUSTOMERIO_SITE_ID: 'site', CUSTOMERIO_TRACK_API_KEY: 'key' };

describe('the plain variables', () => {
  it('make one workspace named default, with the documented defaults', () => {
    expect(loadWorkspaces(plain)).toEqual([
      {
        name: 'default',
        siteId: 'site',
        apiKey: 'key',
        region: 'us',
        maxRequestsPerSecond: 100,
        lanes: 8,
        gatewayKeys: [],
      },
    ]);
  });

  it('set every field', () => {
    const [workspace] = loadWorkspaces({
      ...plain,
      CUSTOMERIO_REGION: 'EU',
      CUSTOMERIO_TRACK_URL: 'http://127.0.0.1:8090/api/v1/',
      CUSTOMERIO_MAX_REQUESTS_PER_SECOND: '2.5',
      CUSTOMERIO_WEBHOOK_SIGNING_KEY: 'signed',
      CIO_FLEET_LANES: '16',
    });
    expect(workspace).toEqual({
      name: 'default',
      siteId: 'site',
      apiKey: 'key',
      region: 'eu',
      trackUrl: 'http://127.0.0.1:8090',
      maxRequestsPerSecond: 2.5,
      webhookSigningKey: 'signed',
      lanes: 16,
      gatewayKeys: [],
    });
  });

  it('are refused with every problem at once, by the name of the variable', () => {
    const env = {
      CUSTOMERIO_SITE_ID: ' ',
      CUSTOMERIO_REGION: 'mars',
      CIO_FLEET_LANES: '0',
      CUSTOMERIO_TRACK_URL: 'ftp://x',
    };
    expect(problemsOf(() => loadWorkspaces(env))).toEqual({
      CUSTOMERIO_SITE_ID: 'expected text, got nothing; set it',
      CUSTOMERIO_TRACK_API_KEY: 'expected text, got nothing; set it',
      CUSTOMERIO_REGION: 'expected us or eu',
      CIO_FLEET_LANES: 'expected a whole number from 1 to 1024',
      CUSTOMERIO_TRACK_URL: 'expected an origin such as https://track.customer.io',
    });
  });

  it('need no credentials for an outline', () => {
    expect(loadWorkspaceOutlines({})).toEqual([{ name: 'default', region: 'us', lanes: 8, maxRequestsPerSecond: 100 }]);
  });
});

describe('the workspaces file', () => {
  const two = {
    workspaces: [
      { name: 'us-shop', siteId: 'a', apiKey: '$KEY_US', region: 'us', maxRequestsPerSecond: 50, lanes: 4 },
      {
        name: 'eu-shop',
        siteId: 'b',
        apiKey: '$KEY_EU',
        region: 'eu',
        trackUrl: 'https://track-eu.example.com/',
        gatewayKeys: [{ source: 'shop', siteId: 'c', apiKey: 'd', writeKey: '$WRITE' }],
      },
    ],
  };

  it('gives several workspaces, with $NAME read from the environment', () => {
    const env = { CIO_FLEET_WORKSPACES: fileOf(two), KEY_US: 'k1', KEY_EU: 'k2', WRITE: 'w' };
    expect(loadWorkspaces(env)).toEqual([
      { name: 'us-shop', siteId: 'a', apiKey: 'k1', region: 'us', maxRequestsPerSecond: 50, lanes: 4, gatewayKeys: [] },
      {
        name: 'eu-shop',
        siteId: 'b',
        apiKey: 'k2',
        region: 'eu',
        trackUrl: 'https://track-eu.example.com',
        maxRequestsPerSecond: 100,
        lanes: 8,
        gatewayKeys: [{ source: 'shop', siteId: 'c', apiKey: 'd', writeKey: 'w' }],
      },
    ]);
  });

  it('takes CIO_FLEET_LANES where a workspace says nothing', () => {
    const env = { CIO_FLEET_WORKSPACES: fileOf(two), KEY_US: 'k1', KEY_EU: 'k2', WRITE: 'w', CIO_FLEET_LANES: '3' };
    expect(loadWorkspaces(env).map(({ lanes }) => lanes)).toEqual([4, 3]);
  });

  it('is refused where a variable that it names is not set, by the name of that variable', () => {
    expect(problemsOf(() => loadWorkspaces({ CIO_FLEET_WORKSPACES: fileOf(two), KEY_US: 'k1' }))).toEqual({
      'CIO_FLEET_WORKSPACES workspaces[1].apiKey': 'expected the variable KEY_EU to be set; set it',
      'CIO_FLEET_WORKSPACES workspaces[1].gatewayKeys[0].writeKey': 'expected the variable WRITE to be set; set it',
    });
  });

  it('gives outlines although its credentials are not set, those of the gateway neither', () => {
    const [, eu] = two.workspaces;
    const gatewayKeys = [
      { source: 'web', writeKey: '$WEB' },
      { source: 'app', siteId: '$APP', apiKey: '$APP_KEY' },
    ];
    const path = fileOf({ workspaces: [two.workspaces[0], { ...eu, gatewayKeys }] });
    expect(Object.keys(problemsOf(() => loadWorkspaces({ CIO_FLEET_WORKSPACES: path })))).toContain(
      'CIO_FLEET_WORKSPACES workspaces[1].gatewayKeys[0].writeKey',
    );
    const outlines = loadWorkspaceOutlines({ CIO_FLEET_WORKSPACES: path });
    expect(outlines.map(({ name, region }) => [name, region])).toEqual([
      ['us-shop', 'us'],
      ['eu-shop', 'eu'],
    ]);
  });

  it('is refused together with CUSTOMERIO_SITE_ID', () => {
    const env = { CIO_FLEET_WORKSPACES: fileOf(two), CUSTOMERIO_SITE_ID: 'site' };
    expect(problemsOf(() => loadWorkspaces(env))).toEqual({
      CIO_FLEET_WORKSPACES: 'expected either this or CUSTOMERIO_SITE_ID, got both; unset one',
    });
  });

  it('is refused with every problem at once, by path', () => {
    const path = fileOf({
      workspaces: [
        { name: 'Shop', siteId: 'a', apiKey: 'b', region: 'us', sitId: 'typo' },
        { name: 'one', siteId: 'a' },
        { name: 'one', siteId: 'a', apiKey: 'b', gatewayKeys: [{ source: 'x' }] },
      ],
    });
    expect(problemsOf(() => loadWorkspaces({ CIO_FLEET_WORKSPACES: path }))).toEqual({
      'CIO_FLEET_WORKSPACES workspaces[0].name': 'expected 1 to 40 characters of a-z, 0-9 and -',
      'CIO_FLEET_WORKSPACES workspaces[0]': 'unknown sitId; remove or rename it',
      'CIO_FLEET_WORKSPACES workspaces[1].apiKey': 'expected text, got nothing; set it',
      'CIO_FLEET_WORKSPACES workspaces[2].gatewayKeys[0]': 'expected a writeKey, or siteId and apiKey',
      'CIO_FLEET_WORKSPACES workspaces[2].name': 'expected a name that no other workspace has; rename one',
    });
  });

  it.each([
    ['not JSON', '{"apiKey": "s3cret', 'is not JSON'],
    ['an empty list', { workspaces: [] }, 'expected at least one'],
    ['a list at the top', [{ apiKey: 's3cret' }], 'expected {"workspaces": […]}, got a list; correct it'],
    ['text', '"s3cret"', 'expected {"workspaces": […]}, got text; correct it'],
    ['null', 'null', 'expected {"workspaces": […]}, got null; correct it'],
    ['an object of another name', { workspace: [{ apiKey: 's3cret' }] }, 'expected a list, got nothing; set it'],
    ['a list of names', { workspaces: ['s3cret'] }, 'expected an object, got text; correct it'],
    [
      'a workspace with a number for text',
      { workspaces: [{ name: 'a', siteId: 7, apiKey: 's3cret' }] },
      'expected text, got a number; correct it',
    ],
    [
      'a workspace with text for a number',
      { workspaces: [{ name: 'a', siteId: 'b', apiKey: 'c', lanes: 's3cret' }] },
      'expected a whole number from 1 to 1024, got none; correct it',
    ],
  ])('is refused when it is %s, without a word of its content', (_title, content, message) => {
    const problems = Object.values(problemsOf(() => loadWorkspaces({ CIO_FLEET_WORKSPACES: fileOf(content) }))).join();
    expect(problems).toContain(message);
    expect(problems).not.toContain('s3cret');
  });

  it('is refused when it is not there', () => {
    const problems = problemsOf(() => loadWorkspaces({ CIO_FLEET_WORKSPACES: join(folder, 'none.json') }));
    expect(problems.CIO_FLEET_WORKSPACES).toContain("can't be read (ENOENT)");
  });
});
