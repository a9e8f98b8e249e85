import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type EmbeddedRedis, startRedis, uniqueWorkspace, waitFor } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { queuedOperations } from './fixtures/queued-operations.ts';
import { emptyFolder, runFleet, startFleet } from './fixtures/run-fleet.ts';

const redisUrl = inject('redisUrl');
const env = { REDIS_URL: redisUrl };
const redis = new Redis(redisUrl);
afterAll(() => redis.quit());

const track = (index: number) =>
  JSON.stringify({ verb: 'track', person: String(index % 7), name: 'Seen', data: { index } });
const tracks = (count: number) => Array.from({ length: count }, (_, index) => track(index));
const indexOf = ({ op }: { op: unknown }) => (op as { attributes: { index: number } }).attributes.index;

function fileOf(lines: readonly string[]): { readonly cwd: string; readonly path: string } {
  const cwd = emptyFolder();
  const path = join(cwd, 'in.ndjson');
  writeFileSync(path, `${lines.join('\n')}\n`);
  return { cwd, path };
}

const progressOf = (path: string) => JSON.parse(readFileSync(`${path}.progress`, 'utf8'));
const rejectedOf = (path: string) =>
  readFileSync(`${path}.rejected.ndjson`, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('fleet import', () => {
  it('sends the good lines in order, and writes the bad ones to a file with line number and reason', async () => {
    const workspace = uniqueWorkspace('import');
    const v2 = JSON.stringify({
      type: 'person',
      action: 'identify',
      identifiers: { id: '1' },
      attributes: { index: 1 },
      source: 'crm',
    });
    const long = JSON.stringify({ verb: 'track', person: '1', name: 'x', data: { text: 'x'.repeat(300_000) } });
    const { cwd, path } = fileOf([
      track(0),
      v2,
      '',
      '{"broken',
      long,
      '{"verb":"track","person":"1","name":""}',
      track(6),
    ]);
    const { exitCode, stdout } = await runFleet(['import', 'in.ndjson', '--json', '--workspace', workspace], {
      env,
      cwd,
    });
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      finished: true,
      lines: 7,
      accepted: 3,
      rejected: 3,
      rejectedFile: 'in.ndjson.rejected.ndjson',
    });
    expect(rejectedOf(path)).toMatchObject([
      { line: 4, code: 'LINE_NOT_JSON', text: '{"broken' },
      { line: 5, code: 'LINE_TOO_LONG' },
      { line: 6, code: 'EVENT_NAME_EMPTY', path: 'name' },
    ]);
    const operations = await queuedOperations(redis, workspace);
    expect(operations.map(({ source }) => source).sort()).toEqual(['crm', 'import', 'import']);
  });

  it('exits with 0 when every line is good, and sends nothing when it is run again', async () => {
    const workspace = uniqueWorkspace('again');
    const { cwd, path } = fileOf(tracks(2_500));
    const args = ['import', 'in.ndjson', '--json', '--workspace', workspace];
    expect(await runFleet(args, { env, cwd })).toMatchObject({ exitCode: 0 });
    const again = await runFleet(args, { env, cwd });
    expect(again.exitCode).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({ finished: true, resumed: true, accepted: 2_500, acceptedNow: 0 });
    expect(again.stderr).toMatch(/imported completely before/);
    expect(existsSync(`${path}.rejected.ndjson`)).toBe(false);
    const operations = await queuedOperations(redis, workspace);
    expect(operations).toHaveLength(2_500);
    for (const person of ['0', '6']) {
      const indexes = operations
        .filter(({ op }) => 'identifiers' in op && 'id' in op.identifiers && op.identifiers.id === person)
        .map(indexOf);
      expect(indexes).toEqual([...indexes].sort((left, right) => left - right));
    }
  });

  it('stops after the batch in flight on SIGTERM, and goes on from there without a repeat', async () => {
    const workspace = uniqueWorkspace('term');
    const { cwd, path } = fileOf([...tracks(400), '{"broken', track(401)]);
    const args = ['import', 'in.ndjson', '--workspace', workspace];
    const { child, ended } = startFleet([...args, '--rate', '100'], { env, cwd });
    await waitFor(() => existsSync(`${path}.progress`) && progressOf(path).accepted >= 20, {
      description: 'some progress',
    });
    child.kill('SIGTERM');
    const stopped = await ended;
    expect(stopped.exitCode).toBe(1);
    expect(stopped.stderr).toMatch(/run the same command again/);
    expect(progressOf(path)).toMatchObject({
      finished: false,
      accepted: (await queuedOperations(redis, workspace)).length,
    });
    const resumed = await runFleet(args, { env, cwd });
    expect(resumed.exitCode).toBe(1);
    expect(resumed.stderr).toMatch(/goes on after line \d+/);
    expect(rejectedOf(path)).toMatchObject([{ line: 401, code: 'LINE_NOT_JSON' }]);
    const indexes = (await queuedOperations(redis, workspace)).map(indexOf);
    expect(indexes).toHaveLength(401);
    expect(new Set(indexes).size).toBe(401);
  });

  it('loses nothing by kill -9, and what it sends again carries the same id', async () => {
    const workspace = uniqueWorkspace('kill');
    const { cwd, path } = fileOf(tracks(300));
    const args = ['import', 'in.ndjson', '--workspace', workspace];
    const { child, ended } = startFleet([...args, '--rate', '200'], { env, cwd });
    await waitFor(() => existsSync(`${path}.progress`) && progressOf(path).accepted >= 40, {
      description: 'some progress',
    });
    child.kill('SIGKILL');
    await ended;
    expect(await runFleet([...args, '--resume'], { env, cwd })).toMatchObject({ exitCode: 0 });
    const operations = await queuedOperations(redis, workspace);
    expect(new Set(operations.map(indexOf)).size).toBe(300);
    expect(new Set(operations.map(({ op }) => 'id' in op && op.id)).size).toBe(300);
    expect(new Set(operations.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(300);
  });

  it('gives an event that it sends again, because its progress was not kept, the id that it had', async () => {
    const workspace = uniqueWorkspace('repeat');
    const { cwd, path } = fileOf(tracks(20));
    const args = ['import', 'in.ndjson', '--workspace', workspace];
    await runFleet(args, { env, cwd });
    const before = { ...progressOf(path), offset: 0, lines: 0, accepted: 0, finished: false };
    writeFileSync(`${path}.progress`, JSON.stringify(before));
    expect(await runFleet(args, { env, cwd })).toMatchObject({ exitCode: 0 });
    const operations = await queuedOperations(redis, workspace);
    expect(operations).toHaveLength(40);
    expect(new Set(operations.map(({ op }) => 'id' in op && op.id)).size).toBe(20);
  });

  it('refuses --resume of another file, and begins anew without it', async () => {
    const workspace = uniqueWorkspace('other');
    const { cwd, path } = fileOf(tracks(3));
    const args = ['import', 'in.ndjson', '--workspace', workspace];
    await runFleet(args, { env, cwd });
    writeFileSync(path, `${track(9)}\n`);
    const refused = await runFleet([...args, '--resume'], { env, cwd });
    expect(refused).toMatchObject({ exitCode: 2, stdout: '' });
    expect(await runFleet(args, { env, cwd })).toMatchObject({
      exitCode: 0,
      stderr: expect.stringMatching(/begins anew/),
    });
    expect(await queuedOperations(redis, workspace)).toHaveLength(4);
  });

  it('reads a pipe as it comes', async () => {
    const workspace = uniqueWorkspace('pipe');
    const { child, ended } = startFleet(['import', '-', '--json', '--workspace', workspace], { env });
    child.stdin.write(`${track(0)}\n`);
    await waitFor(async () => (await queuedOperations(redis, workspace)).length === 1, {
      description: 'the first line',
    });
    child.stdin.end(track(1));
    const { exitCode, stdout } = await ended;
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ file: '-', lines: 2, accepted: 2, finished: true });
  });

  it.each([
    ['a file that is not there', ['import', 'nope.ndjson'], /ENOENT/],
    ['a folder', ['import', '.'], /which is none/],
    ['a pipe that is to be resumed', ['import', '-', '--resume'], /can not be read twice/],
    ['a rate of 0', ['import', 'x', '--rate', '0'], /above 0/],
  ])('exits with 2 for %s', async (_title, args, expected) => {
    const result = await runFleet(args, { env });
    expect(result).toMatchObject({ exitCode: 2, stdout: '' });
    expect(result.stderr).toMatch(expected);
  });
});

describe('fleet import --format segment', () => {
  it('sends what the mapping table says, and writes the bad lines to a file', async () => {
    const workspace = uniqueWorkspace('import-segment');
    const { cwd, path } = fileOf(
      [
        {
          type: 'identify',
          userId: '42',
          traits: { plan: 'pro', createdAt: '2026-01-31T08:15:00Z' },
          messageId: 'm-1',
        },
        { type: 'track', userId: '42', event: 'Application Opened', context: { device: { token: 't', type: 'ios' } } },
        { type: 'track', userId: '42', event: 'Hidden', integrations: { All: false } },
        { type: 'track', event: 'Nobody' },
        { verb: 'track', person: '42', name: 'Seen' },
        { type: 'group', userId: '42', groupId: 'acme' },
      ].map((message) => JSON.stringify(message)),
    );
    const { exitCode, stdout } = await runFleet(
      ['import', 'in.ndjson', '--format', 'segment', '--json', '--workspace', workspace],
      { env, cwd },
    );
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ finished: true, lines: 6, accepted: 4, rejected: 2 });
    expect(rejectedOf(path)).toMatchObject([
      { line: 4, code: 'IDENTIFIER_MISSING', path: 'identifiers' },
      { line: 5, code: 'MESSAGE_TYPE_UNKNOWN', path: 'type' },
    ]);
    const operations = await queuedOperations(redis, workspace);
    expect(operations.map(({ op }) => `${op.type} ${op.action}`).sort()).toEqual([
      'object identify',
      'person add_device',
      'person event',
      'person identify',
    ]);
    expect(operations.find(({ op }) => op.action === 'identify' && op.type === 'person')).toMatchObject({
      idempotencyKey: 'segment:m-1',
      op: { attributes: { plan: 'pro', created_at: 1_769_847_300 } },
    });
  });

  it('exits with 2 for a format that it does not know', async () => {
    const result = await runFleet(['import', 'x', '--format', 'mixpanel'], { env });
    expect(result).toMatchObject({ exitCode: 2, stdout: '' });
    expect(result.stderr).toMatch(/operations, segment/);
  });
});

describe('fleet import with a Redis that goes away', () => {
  async function withImport(
    run: (facts: { server: EmbeddedRedis; path: string; args: string[]; cwd: string }) => Promise<void>,
  ) {
    const server = await startRedis();
    const { cwd, path } = fileOf(tracks(1_000));
    try {
      await run({ server, path, cwd, args: ['import', 'in.ndjson', '--rate', '500', '--json'] });
    } finally {
      await server.stop();
    }
  }

  it('waits, goes on when it is back, and neither loses nor repeats an operation', async () => {
    await withImport(async ({ server, path, args, cwd }) => {
      const { ended, written } = startFleet(args, { env: { REDIS_URL: server.url }, cwd });
      await waitFor(() => existsSync(`${path}.progress`), { description: 'the first batch' });
      await server.kill();
      await waitFor(() => written.stderr.includes('Redis'), { description: 'the loss to be told' });
      await server.restart();
      expect(await ended).toMatchObject({ exitCode: 0 });
      const client = new Redis(server.url);
      const indexes = (await queuedOperations(client, 'default')).map(indexOf);
      client.disconnect();
      expect(indexes).toHaveLength(1_000);
      expect(new Set(indexes).size).toBe(1_000);
    });
  });

  it('gives up after a while with 1, and can be resumed', async () => {
    await withImport(async ({ server, path, args, cwd }) => {
      const options = { env: { REDIS_URL: server.url }, cwd };
      const { ended } = startFleet([...args, '--give-up-after', '1'], options);
      await waitFor(() => existsSync(`${path}.progress`), { description: 'the first batch' });
      await server.kill();
      const given = await ended;
      expect(given).toMatchObject({ exitCode: 1, stdout: '' });
      expect(given.stderr).toMatch(/fleet: expected an answer of Redis within 1 s.*run the same command again/);
      await server.restart();
      expect(await runFleet(args, options)).toMatchObject({ exitCode: 0 });
      expect(progressOf(path)).toMatchObject({ finished: true, accepted: 1_000 });
    });
  });
});
