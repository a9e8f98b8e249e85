import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, waitFor } from '@cio-fleet/testkit';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { EnqueueResult } from '../src/enqueue-result.ts';
import { Enqueuer } from '../src/enqueuer.ts';
import { FailureReport } from '../src/failure-report.ts';
import { prepareOperation } from '../src/prepare-operation.ts';
import { producerSettings } from '../src/producer-options.ts';
import { faultyDisk } from './fixtures/spool/faulty-disk.ts';
import { codeOf, oks, SpoolScene } from './fixtures/spool/spool-scene.ts';

let scene: SpoolScene;
const cleanups: (() => unknown)[] = [];

beforeEach(async () => {
  scene = await SpoolScene.open();
});

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  await scene.close();
});

const bytesOnDisk = () =>
  scene.files().reduce((sum, name) => sum + statSync(join(scene.spoolDir, scene.workspace, name)).size, 0);
const reported = () => scene.failures.map(({ code }) => code);

/** The inside of a producer, on a disk of the test's. */
function enqueuerOn(disk: ReturnType<typeof faultyDisk>['disk'], enqueueTimeoutMs = 900) {
  const { workspace, spoolDir } = scene;
  const settings = producerSettings({ redisUrl: scene.redis.url, workspace, spoolDir, enqueueTimeoutMs });
  const report = new FailureReport((failure) => scene.failures.push(failure), undefined);
  const enqueuer = new Enqueuer(settings, report, { disk });
  enqueuer.start();
  let closing: Promise<unknown> | undefined;
  const close = () => (closing ??= enqueuer.close(200));
  cleanups.push(close);
  let n = 0;
  const call = (): Promise<EnqueueResult> =>
    new Promise((resolve) => {
      const operation = {
        type: 'person',
        action: 'event',
        identifiers: { id: 'p' },
        name: 'e',
        attributes: { n: n++ },
      };
      const preparation = prepareOperation(operation, undefined);
      if (preparation.ok) enqueuer.enqueue(preparation.prepared, resolve);
    });
  return { call, close, flush: () => enqueuer.flush(10_000) };
}

it('answers SPOOL_FULL beyond spoolMaxBytes, keeps what it took, and goes on when Redis is back', async () => {
  await scene.redis.kill();
  const producer = scene.producer({ spoolMaxBytes: 100_000 });
  const codes: string[] = [];
  for (let round = 0; round < 60; round += 1) codes.push(...(await scene.call(producer, 20)));
  expect(new Set(codes)).toEqual(new Set(['ok', 'SPOOL_FULL']));
  expect(codes.indexOf('SPOOL_FULL')).toBeGreaterThan(200);
  expect(bytesOnDisk()).toBeLessThanOrEqual(100_000);
  expect(producer.spoolState()).toMatchObject({ problemCode: 'SPOOL_FULL', bytes: bytesOnDisk() });
  await scene.redis.restart();
  expect(await producer.flush()).toEqual({ ok: true, pending: 0, spooled: 0 });
  expect(await scene.call(producer, 100)).toEqual(oks(100));
  await scene.expectAllOnceInOrder();
});

it('tells a second process that the folder is taken, works without a spool meanwhile, and takes it over', async () => {
  const first = scene.producer();
  await scene.call(first, 1);
  const second = scene.producer();
  expect(codeOf(await second.track('q', 'e', { n: 1 }))).toBe('ok');
  await waitFor(() => reported().length > 0);
  expect(scene.failures).toMatchObject([
    { code: 'SPOOL_LOCKED', message: expect.stringContaining(`process ${process.pid} uses`) },
  ]);
  expect(second.spoolState()?.problemCode).toBe('SPOOL_LOCKED');
  await first.close();
  await scene.redis.kill();
  // A second later it tries again.
  await waitFor(async () => codeOf(await second.track('q', 'e', { n: Date.now() })) === 'ok');
  expect(reported().filter((code) => code === 'SPOOL_LOCKED')).toHaveLength(1);
});

it('works without a spool where there can be none, and says so', async () => {
  const file = join(scene.spoolDir, 'file');
  writeFileSync(file, '');
  const producer = scene.producer({ spoolDir: file, enqueueTimeoutMs: 900 });
  expect(await scene.call(producer, 10)).toEqual(oks(10));
  expect(reported()).toEqual(['SPOOL_UNAVAILABLE']);
  await scene.redis.kill();
  expect(await producer.track('p', 'e', { n: 0 })).toMatchObject({
    error: { code: 'ENQUEUE_TIMEOUT', retained: true },
  });
});

it('writes to Redis directly in the mode always, too, where there can be no spool', async () => {
  const file = join(scene.spoolDir, 'file');
  writeFileSync(file, '');
  const producer = scene.producer({ spoolDir: file, spoolMode: 'always' });
  expect(await scene.call(producer, 10)).toEqual(oks(10));
  expect(await scene.expectAllOnceInOrder()).toBe(10);
  expect(reported()).toEqual(['SPOOL_UNAVAILABLE']);
});

const MOUNT = '/bin/mount';
const UNMOUNT = '/bin/umount';
const canMount = process.getuid?.() === 0 && process.platform === 'linux' && tryMount();

function tryMount(): boolean {
  const folder = join('/tmp', `cio-fleet-mount-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  try {
    execFileSync(MOUNT, ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'ignore' });
    execFileSync(UNMOUNT, [folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false; // No right to mount here, as in most containers.
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

it.runIf(canMount)('keeps in memory what a full disk refuses, and uses the disk again once it has room', async () => {
  const small = join(scene.spoolDir, 'small');
  mkdirSync(small);
  execFileSync(MOUNT, ['-t', 'tmpfs', '-o', 'size=200k', 'tmpfs', small]);
  cleanups.push(() => execFileSync(UNMOUNT, ['-l', small]));
  const producer = scene.producer({ spoolDir: small, enqueueTimeoutMs: 300, maxBufferedOperations: 2_000 });
  cleanups.push(() => producer.close({ timeoutMs: 100 }));
  await scene.redis.kill();
  const codes: string[] = [];
  for (let round = 0; round < 8; round += 1) codes.push(...(await scene.call(producer, 500)));
  expect(codes.filter((code) => code === 'ok').length).toBeGreaterThan(500);
  // First the buffer in memory fills, then calls are turned away.
  expect(new Set(codes)).toEqual(new Set(['ok', 'ENQUEUE_TIMEOUT', 'SPOOL_FULL']));
  expect(reported()).toContain('SPOOL_FULL');
  execFileSync(MOUNT, ['-o', 'remount,size=5m', small]);
  await waitFor(async () => (await scene.call(producer, 1))[0] === 'ok');
  await scene.redis.restart();
  expect(await producer.flush()).toEqual({ ok: true, pending: 0, spooled: 0 });
  await scene.expectAllOnceInOrder();
});

it('answers ok to nothing whose sync failed, unless Redis took it', async () => {
  const { disk, faults, syncs } = faultyDisk();
  await scene.redis.kill();
  const { call, flush } = enqueuerOn(disk);
  expect(codeOf(await call())).toBe('ok');
  faults.failSyncs = 1;
  const failed = await call();
  expect(failed).toMatchObject({ ok: false, error: { code: 'ENQUEUE_TIMEOUT', retained: true } });
  expect(reported()).toContain('SPOOL_UNAVAILABLE');
  // The next try is another file, and takes along what had failed.
  await waitFor(async () => codeOf(await call()) === 'ok');
  expect(new Set(syncs).size).toBe(2);
  await scene.redis.restart();
  expect(await flush()).toMatchObject({ ok: true });
  await scene.expectAllOnceInOrder();
  expect((await scene.contents.operations()).map(({ id }) => id)).toContain(failed.id);
});

it('answers in time while the disk hangs, and closes all the same', async () => {
  const { disk, faults } = faultyDisk();
  let release = () => {};
  faults.syncGate = new Promise((resolve) => {
    release = resolve;
  });
  await scene.redis.kill();
  const { call, close } = enqueuerOn(disk);
  const startedAtMs = performance.now();
  const results = await Promise.all(Array.from({ length: 50 }, call));
  expect(performance.now() - startedAtMs).toBeLessThan(2_500);
  expect(new Set(results.map(codeOf))).toEqual(new Set(['ENQUEUE_TIMEOUT']));
  expect(await close()).toMatchObject({ ok: false, pending: 50 });
  expect(reported().filter((code) => code === 'CLOSED')).toHaveLength(50);
  release();
});

it('sends to Redis what a hanging disk holds up, and does not send it again when the disk answers', async () => {
  const { disk, faults } = faultyDisk();
  let release = () => {};
  faults.syncGate = new Promise((resolve) => {
    release = resolve;
  });
  await scene.redis.kill();
  const { call, close } = enqueuerOn(disk);
  const early = await Promise.all(Array.from({ length: 50 }, call));
  expect(early.map(codeOf)).toEqual(Array(50).fill('ENQUEUE_TIMEOUT'));
  await scene.redis.restart();
  await waitFor(async () => (await scene.contents.operations()).length === 50);
  expect(reported()).toContain('SPOOL_UNAVAILABLE');
  expect(codeOf(await call())).toBe('ok');
  release();
  await close();
  const next = scene.producer();
  await waitFor(async () => codeOf(await next.track('p', 'e', { n: 1_000 })) === 'ok');
  expect(await next.flush()).toMatchObject({ ok: true, spooled: 0 });
  expect(await scene.expectAllOnceInOrder()).toBe(52);
});

it('sends what it had promised although the folder vanished, and makes the folder anew', async () => {
  const producer = scene.producer({ enqueueTimeoutMs: 300 });
  await scene.redis.kill();
  expect(await scene.call(producer, 200)).toEqual(oks(200));
  rmSync(scene.spoolDir, { recursive: true });
  const codes = await scene.call(producer, 20);
  expect(codes).not.toContain('ok');
  expect(reported()).toContain('SPOOL_UNAVAILABLE');
  await waitFor(async () => (await scene.call(producer, 1))[0] === 'ok');
  expect(scene.files().filter((name) => name.endsWith('.spool'))).toHaveLength(1);
  await scene.redis.restart();
  expect(await producer.flush()).toEqual({ ok: true, pending: 0, spooled: 0 });
  await scene.expectAllOnceInOrder();
});

it('promises nothing in a folder that was moved away', async () => {
  const producer = scene.producer({ enqueueTimeoutMs: 300 });
  await scene.redis.kill();
  expect(await scene.call(producer, 20)).toEqual(oks(20));
  renameSync(scene.spoolDir, `${scene.spoolDir}-moved`);
  cleanups.push(() => rmSync(`${scene.spoolDir}-moved`, { recursive: true, force: true }));
  expect(await scene.call(producer, 20)).not.toContain('ok');
});

it.each([
  ['overflow', 'down', 0],
  ['always', 'up', 1],
  ['always', 'down', 0],
] as const)('lets a script end by itself: mode %s, Redis %s', async (mode, state, inRedis) => {
  const redisUrl = state === 'up' ? scene.redis.url : `redis://127.0.0.1:${await freePort()}`;
  const entry = join(import.meta.dirname, 'fixtures', 'one-spooled-call.ts');
  const args = ['--conditions=@cio-fleet/source', entry, redisUrl, scene.workspace, scene.spoolDir, mode];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { timeout: 20_000 });
  expect(JSON.parse(stdout)).toMatchObject({ ok: true });
  expect(stderr).toBe('');
  expect(await scene.contents.operations()).toHaveLength(inRedis);
  // Whatever it left is sent by the next one.
  const next = scene.producer();
  await waitFor(async () => (await scene.contents.operations()).length === 1);
  expect((await next.flush()).ok).toBe(true);
  expect(await scene.contents.operations()).toHaveLength(1);
});
