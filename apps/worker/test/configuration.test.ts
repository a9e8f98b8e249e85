import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { plainWorkspace } from './worker-process.ts';

const ENTRY = new URL('../src/main.ts', import.meta.url).pathname;
// An empty folder: no .data/run.json of a running demo is found there.
const cwd = mkdtempSync(join(tmpdir(), 'worker-config-'));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

function start(env: Record<string, string>): { readonly status: number | null; readonly stderr: string } {
  const args = ['--conditions=@cio-fleet/source', ENTRY];
  return spawnSync(process.execPath, args, {
    cwd,
    env: { PATH: process.env.PATH, ...env },
    encoding: 'utf8',
    timeout: 10_000,
  });
}

it('exits with 2 and names every bad variable at once', () => {
  const { status, stderr } = start({
    ...plainWorkspace('http://127.0.0.1:9'),
    REDIS_URL: 'redis://127.0.0.1:9',
    CIO_FLEET_RETRIES: 'many',
    CIO_FLEET_BREAKER_FAILURES: '0',
    CIO_FLEET_ENV: 'prod',
  });
  expect(status).toBe(2);
  for (const name of ['CIO_FLEET_RETRIES', 'CIO_FLEET_BREAKER_FAILURES', 'CIO_FLEET_ENV'])
    expect(stderr).toContain(name);
});

it('exits with 2 without credentials, and says which variables to set', () => {
  const { status, stderr } = start({ REDIS_URL: 'redis://127.0.0.1:9' });
  expect(status).toBe(2);
  expect(stderr).toContain('CUSTOMERIO_SITE_ID');
  expect(stderr).toContain('CUSTOMERIO_TRACK_API_KEY');
});

it('exits with 2 when both a workspaces file and the plain variables are set', () => {
  const file = join(cwd, 'workspaces.json');
  writeFileSync(file, JSON.stringify({ workspaces: [{ name: 'a', siteId: 's', apiKey: 'k', region: 'us' }] }));
  const { status, stderr } = start({
    ...plainWorkspace('http://127.0.0.1:9'),
    REDIS_URL: 'redis://127.0.0.1:9',
    CIO_FLEET_WORKSPACES: file,
  });
  expect(status).toBe(2);
  expect(stderr).toContain('CIO_FLEET_WORKSPACES');
});

it('exits with 2 without a Redis, and says what to do', () => {
  const { status, stderr } = start(plainWorkspace('http://127.0.0.1:9'));
  expect(status).toBe(2);
  expect(stderr).toContain('REDIS_URL');
  expect(stderr).toContain('npm run demo');
});
