import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { startRedis, uniqueWorkspace } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { type CliHost, runCli } from '../src/run-cli.ts';
import { queuedOperations } from './fixtures/queued-operations.ts';
import { emptyFolder, runFleet } from './fixtures/run-fleet.ts';

const redisUrl = inject('redisUrl');
const env = { REDIS_URL: redisUrl };
const redis = new Redis(redisUrl);
afterAll(() => redis.quit());

describe('fleet send', () => {
  it('prints the id of an operation that is durable, and nothing else', async () => {
    const workspace = uniqueWorkspace('send');
    const data = JSON.stringify({ total: 9.5 });
    const args = ['send', 'track', 'email:ada@example.com', 'Order Placed', '--data', data];
    const result = await runFleet([...args, '--workspace', workspace, '--source', 'shop', '--idempotency-key', 'k1'], {
      env,
    });
    expect(result).toMatchObject({ exitCode: 0, stderr: '' });
    const [operation] = await queuedOperations(redis, workspace);
    expect(result.stdout).toBe(`${operation?.id}\n`);
    expect(operation).toMatchObject({
      source: 'shop',
      idempotencyKey: 'k1',
      op: {
        action: 'event',
        name: 'Order Placed',
        identifiers: { email: 'ada@example.com' },
        attributes: { total: 9.5 },
      },
    });
  });

  it('tells code, path, expected and received of what is refused, on stderr', async () => {
    const result = await runFleet(['send', 'track', '42', 'x'.repeat(101)], { env });
    expect(result).toMatchObject({ exitCode: 1, stdout: '' });
    expect(result.stderr).toMatch(
      /^refused: EVENT_NAME_TOO_LONG\n {2}path {6}name\n {2}expected .+\n {2}received .+\n$/,
    );
  });

  it('answers with one JSON object on stdout with --json, accepted or refused', async () => {
    const workspace = uniqueWorkspace('send');
    const accepted = await runFleet(['--json', 'send', 'suppress', '42', '--workspace', workspace], { env });
    expect(JSON.parse(accepted.stdout)).toEqual({ ok: true, id: expect.stringMatching(/^[0-9A-Z]{26}$/) });
    const refused = await runFleet(['send', 'identify', 'id:', '--json', '--workspace', workspace], { env });
    expect(refused).toMatchObject({ exitCode: 1, stderr: '' });
    expect(JSON.parse(refused.stdout)).toMatchObject({
      ok: false,
      error: {
        code: expect.any(String),
        path: 'identifiers.id',
        expected: expect.any(String),
        received: expect.any(String),
      },
    });
  });

  it.each([
    ['an unknown verb', ['send', 'buy', '42'], /expected one of identify/],
    ['data that is no JSON', ['send', 'identify', '42', '--data', '{secret'], /that is not JSON/],
    ['a missing name', ['send', 'track', '42'], /name: expected text: an event name/],
    ['an unknown command', ['sned'], /unknown command/],
    ['an unknown option', ['send', 'suppress', '42', '--nope'], /unknown option/],
    ['a workspace name that can not be', ['send', 'suppress', '42', '--workspace', 'A b'], /--workspace: expected/],
    ['no command at all', [], /Usage: fleet/],
  ])('exits with 2 for %s', async (_title, args, expected) => {
    const result = await runFleet(args, { env });
    expect(result).toMatchObject({ exitCode: 2, stdout: '' });
    expect(result.stderr).toMatch(expected);
    expect(result.stderr).not.toContain('secret');
  });
});

describe('the Redis of a command', () => {
  it('that is down is told in one line, without its password and without a stack trace, and exits with 1', async () => {
    const result = await runFleet(['status'], { env: { REDIS_URL: 'redis://:s3cret@127.0.0.1:1' } });
    expect(result).toMatchObject({ exitCode: 1, stdout: '' });
    expect(result.stderr).toMatch(/^fleet: Redis at 127\.0\.0\.1:1: .*ECONNREFUSED.*start it.*\n$/);
    expect(result.stderr).not.toContain('s3cret');
  });

  it('that refuses the password exits with 4', async () => {
    const server = await startRedis();
    const admin = new Redis(server.url);
    // The testkit asks a fresh server without a password, so it is set on a running one.
    await admin.config('SET', 'requirepass', 'right');
    const results = await Promise.all([
      runFleet(['status'], { env: { REDIS_URL: server.url } }),
      runFleet(['send', 'suppress', '1'], { env: { REDIS_URL: server.url.replace('//', '//:wrong@') } }),
    ]);
    admin.disconnect();
    await server.stop();
    for (const result of results) {
      expect(result).toMatchObject({ exitCode: 4, stdout: '' });
      expect(result.stderr).toMatch(/credentials in REDIS_URL\n$/);
      expect(result.stderr).not.toContain('wrong@');
    }
  });

  it('that nobody names exits with 2 and says what to do', async () => {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const runFilePath = join(emptyFolder(), 'run.json');
    const host = { env: {}, stdout, stderr, runFilePath } as unknown as CliHost;
    expect(await runCli(['rate'], host)).toBe(2);
    expect(stdout.read()).toBeNull();
    expect(String(stderr.read())).toMatch(/REDIS_URL: .*npm run demo/);
  });

  it('is that of the demo while it runs', async () => {
    const cwd = emptyFolder();
    mkdirSync(join(cwd, '.data'));
    const content = { redisUrl, databaseUrl: null, ports: {}, pid: process.pid };
    writeFileSync(join(cwd, '.data/run.json'), JSON.stringify(content));
    expect(await runFleet(['rate', '--workspace', uniqueWorkspace('run')], { cwd })).toMatchObject({ exitCode: 0 });
  });
});

describe('the configuration of a command', () => {
  it('is told with all its problems, and exits with 2', async () => {
    const wrong = { ...env, CUSTOMERIO_REGION: 'mars', CIO_FLEET_LANES: 'many' };
    const result = await runFleet(['status'], { env: wrong });
    expect(result).toMatchObject({ exitCode: 2, stdout: '' });
    expect(result.stderr).toMatch(/CUSTOMERIO_REGION/);
    expect(result.stderr).toMatch(/CIO_FLEET_LANES/);
  });

  it('takes the workspace of the flag before that of the environment', async () => {
    const [flag, variable] = [uniqueWorkspace('flag'), uniqueWorkspace('env')];
    const named = { env: { ...env, CIO_FLEET_WORKSPACE: variable } };
    const results = await Promise.all([
      runFleet(['rate', '--json'], named),
      runFleet(['rate', '--json', '--workspace', flag], named),
    ]);
    expect(results.map(({ stdout }) => JSON.parse(stdout).workspace)).toEqual([variable, flag]);
  });
});
