import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';

const bootstrap = fileURLToPath(new URL('bootstrap', import.meta.url));
const shell = '/bin/sh';

function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'bootstrap-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** A PATH with this Node, `dirname`, and the given programs, which only fail. */
function barePath(programs: readonly string[] = []) {
  const folder = temporaryFolder();
  symlinkSync(process.execPath, join(folder, 'node'));
  symlinkSync('/usr/bin/dirname', join(folder, 'dirname'));
  for (const program of programs) {
    writeFileSync(join(folder, program), `#!${shell}\nexit 1\n`);
    chmodSync(join(folder, program), 0o755);
  }
  return folder;
}

function run(env: Readonly<Record<string, string | undefined>>, ...args: readonly string[]) {
  const startedAtMs = performance.now();
  const result = spawnSync(bootstrap, ['--quiet', ...args], { env: env as NodeJS.ProcessEnv, encoding: 'utf8' });
  return { ...result, durationMs: performance.now() - startedAtMs };
}

/** The dependencies are there, since this test runs; after a first call their stamp is, too. */
const withEverything = { PATH: process.env.PATH, HOME: process.env.HOME, REDIS_URL: 'redis://127.0.0.1:6379' };

it('says nothing and takes less than 2 seconds when there is nothing to do', () => {
  run(withEverything);
  const { status, stdout, stderr, durationMs } = run(withEverything);
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  expect(durationMs).toBeLessThan(2_000);
});

it('takes a Redis that it unpacked before', () => {
  const home = temporaryFolder();
  mkdirSync(join(home, '.cache/cio-fleet/redis-7.0.15/bin'), { recursive: true });
  writeFileSync(join(home, '.cache/cio-fleet/redis-7.0.15/bin/redis-server'), '');
  expect(run({ PATH: barePath(), HOME: home })).toMatchObject({ status: 0, stderr: '' });
});

it('takes valkey-server for a Redis', () => {
  expect(run({ PATH: barePath(['valkey-server']), HOME: temporaryFolder() })).toMatchObject({ status: 0, stderr: '' });
});

it('says in one line what is missing and exits with 2 when there is no Redis and no apt-get', () => {
  const { status, stdout, stderr } = run({ PATH: barePath(), HOME: temporaryFolder() });
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(
    /^bootstrap: expected REDIS_URL, or redis-server .*; install Redis >= 6\.2 .*, or set REDIS_URL\n$/,
  );
});

it('wants a Redis server in spite of REDIS_URL for what starts one of its own', () => {
  const { status, stderr } = run({ PATH: barePath(), HOME: temporaryFolder(), REDIS_URL: 'redis://h' }, '--redis');
  expect(status).toBe(2);
  expect(stderr).toMatch(/^bootstrap: expected redis-server .*; install Redis >= 6\.2 /);
  expect(stderr).not.toContain('REDIS_URL');
});

it('looks for no Redis server for what never starts one', () => {
  const { status, stderr } = run({ PATH: barePath(), HOME: temporaryFolder() }, '--no-redis');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

describe('a script of package.json', () => {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const { scripts } = JSON.parse(manifest) as { scripts: Record<string, string> };
  const startsRedis = /^(demo|test|check|chaos|fuzz|bench(:.*)?)$/;
  const ours = Object.entries(scripts).filter(
    ([name, line]) => name !== 'bootstrap' && line.includes('scripts/bootstrap'),
  );

  it.each(ours)('provides a Redis server only where one is started: %s', (name, line) => {
    expect(line).toMatch(startsRedis.test(name) ? /^scripts\/bootstrap --redis / : /^scripts\/bootstrap .*--no-redis /);
  });
});

it('says what to do and exits with 2 when Debian packages can not be downloaded', () => {
  const { status, stderr } = run({
    PATH: barePath(['apt-get', 'apt-cache', 'dpkg', 'dpkg-query']),
    HOME: temporaryFolder(),
  });
  expect(status).toBe(2);
  expect(stderr.trim().split('\n').at(-1)).toMatch(
    /^bootstrap: expected to download redis-server, redis-tools, got: .*; install/,
  );
});

it('says in one line that Node is missing and exits with 2', () => {
  const folder = temporaryFolder();
  symlinkSync('/usr/bin/dirname', join(folder, 'dirname'));
  expect(run({ PATH: folder, HOME: folder })).toMatchObject({
    status: 2,
    stdout: '',
    stderr: expect.stringMatching(/^bootstrap: expected Node >= 20 on PATH, found none; .*\n$/),
  });
});
