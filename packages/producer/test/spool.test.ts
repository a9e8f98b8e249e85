import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { erasureKey, workspaceKeys } from '@cio-fleet/contracts';
import { freePort, startRedis, waitFor } from '@cio-fleet/testkit';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Producer } from '../src/index.ts';
import { codeOf, oks, SpoolScene } from './fixtures/spool/spool-scene.ts';
import { isRising, numbersByPerson, QueueContents } from './queue-contents.ts';

let scene: SpoolScene;

beforeEach(async () => {
  scene = await SpoolScene.open();
});

afterEach(() => scene.close());

const flushed = (producer: Producer) => producer.flush({ timeoutMs: 40_000 });
const ALL_IN_REDIS = { ok: true, pending: 0, spooled: 0 };

/** A hundred calls are answered in time, from the disk. */
async function expectOnDisk(producer: Producer): Promise<void> {
  const startedAtMs = performance.now();
  expect(await scene.call(producer, 100)).toEqual(oks(100));
  expect(performance.now() - startedAtMs).toBeLessThan(5_000);
  expect((await producer.flush({ timeoutMs: 1 })).spooled).toBeGreaterThanOrEqual(100);
}

it('leaves nothing on disk while Redis takes what it is given', async () => {
  const producer = scene.producer();
  expect(await scene.call(producer, 200)).toEqual(oks(200));
  expect(await flushed(producer)).toEqual(ALL_IN_REDIS);
  // On a busy machine a call may have gone by way of the disk.
  await waitFor(() => scene.files().length === 0);
  expect(await scene.expectAllOnceInOrder()).toBe(200);
});

it('answers ok from the disk while Redis is down at boot, and replays it in order once it is up', async () => {
  const port = await freePort();
  const redisUrl = `redis://127.0.0.1:${port}`;
  const producer = scene.producer({ redisUrl });
  const startedAtMs = performance.now();
  expect(await scene.call(producer, 100)).toEqual(oks(100));
  expect(performance.now() - startedAtMs).toBeLessThan(5_000);
  expect(await producer.flush({ timeoutMs: 1 })).toEqual({ ok: false, pending: 0, spooled: 100 });
  const redis = await startRedis({ port });
  const contents = new QueueContents(redisUrl, scene.workspace);
  expect(await flushed(producer)).toEqual(ALL_IN_REDIS);
  const operations = await contents.operations();
  expect(operations).toHaveLength(100);
  for (const numbers of numbersByPerson(operations).values()) expect(isRising(numbers)).toBe(true);
  contents.close();
  await redis.stop();
});

it('says what its spool holds and since when, also of what a former process left, until Redis has it', async () => {
  await scene.redis.kill();
  const former = scene.producer();
  await scene.call(former, 10);
  const before = former.spoolState();
  expect(before).toMatchObject({ operations: 10, problemCode: undefined });
  expect(before?.bytes).toBeGreaterThan(0);
  await waitFor(() => (former.spoolState()?.oldestMs ?? 0) > (before?.oldestMs ?? 0));
  await former.close({ timeoutMs: 1 });
  const producer = scene.producer();
  await waitFor(() => producer.spoolState()?.operations === 10);
  await waitFor(() => (producer.spoolState()?.oldestMs ?? 0) > 0);
  await scene.redis.restart();
  expect(await flushed(producer)).toEqual(ALL_IN_REDIS);
  expect(producer.spoolState()).toMatchObject({ operations: 0, oldestMs: 0, problemCode: undefined });
});

it('goes back to direct writes after an outage, and leaves the folder empty', async () => {
  const producer = scene.producer();
  await scene.call(producer, 20);
  await scene.redis.kill();
  expect(await scene.call(producer, 300)).toEqual(oks(300));
  expect(scene.files()).not.toEqual([]);
  await scene.redis.restart();
  expect(await flushed(producer)).toEqual(ALL_IN_REDIS);
  expect(await scene.call(producer, 20)).toEqual(oks(20));
  await waitFor(() => scene.files().length === 0);
  expect(await scene.call(producer, 20)).toEqual(oks(20));
  expect(await scene.expectAllOnceInOrder()).toBe(360);
});

it('loses, repeats and reorders nothing when Redis is killed and restarted under load', async () => {
  const producer = scene.producer();
  let isOver = false;
  let called = 0;
  const codes: string[] = [];
  const callers = Array.from({ length: 16 }, async () => {
    while (!isOver) {
      called += 25;
      codes.push(...(await scene.call(producer, 25)));
    }
  });
  for (const goal of [1_000, 3_000, 5_000]) {
    await waitFor(() => called > goal);
    await scene.redis.kill();
    await waitFor(() => called > goal + 1_000);
    await scene.redis.restart();
  }
  await waitFor(() => called > 7_000);
  isOver = true;
  await Promise.all(callers);
  expect(codes.filter((code) => code !== 'ok')).toEqual([]);
  expect(await flushed(producer)).toEqual(ALL_IN_REDIS);
  expect(await scene.expectAllOnceInOrder()).toBe(called);
  expect(await scene.contents.ledger()).toEqual({ accepted: String(called) });
});

it('answers ok in time while Redis hangs with writes in flight, and writes each of them once', async () => {
  const producer = scene.producer({ redisTimeoutMs: 700 });
  await scene.call(producer, 10);
  await flushed(producer);
  process.kill(scene.redis.pid, 'SIGSTOP');
  const startedAtMs = performance.now();
  // These are in flight: their fate is unknown until Redis moves again.
  expect(await scene.call(producer, 50)).toEqual(oks(50));
  expect(performance.now() - startedAtMs).toBeLessThan(5_000);
  expect(await scene.call(producer, 50)).toEqual(oks(50));
  // The connection is given up, and the writes lie in two sockets when Redis wakes up.
  await waitFor(() => performance.now() - startedAtMs > 2_000);
  expect(await scene.call(producer, 50)).toEqual(oks(50));
  process.kill(scene.redis.pid, 'SIGCONT');
  expect(await flushed(producer)).toEqual(ALL_IN_REDIS);
  expect(await scene.expectAllOnceInOrder()).toBe(160);
  expect(await scene.contents.ledger()).toEqual({ accepted: '160' });
});

it('goes to disk while Redis is out of memory', async () => {
  const producer = scene.producer();
  await scene.call(producer, 10);
  await flushed(producer);
  await scene.contents.redis.config('SET', 'maxmemory', '1');
  await expectOnDisk(producer);
  await scene.contents.redis.config('SET', 'maxmemory', '0');
  expect(await flushed(producer)).toEqual(ALL_IN_REDIS);
  expect(await scene.expectAllOnceInOrder()).toBe(110);
});

it('goes to disk while Redis refuses writes because it cannot persist (MISCONF)', async () => {
  const producer = scene.producer();
  await scene.call(producer, 10);
  await flushed(producer);
  const { redis } = scene.contents;
  await redis.config('SET', 'save', '3600 1');
  // A folder where the snapshot should go: the rename at its end fails, and Redis refuses writes from then on.
  mkdirSync(join(scene.redis.dataDir, 'dump.rdb', 'in-the-way'), { recursive: true });
  await redis.bgsave();
  await waitFor(async () => (await redis.info('persistence')).includes('rdb_last_bgsave_status:err'));
  await expect(redis.set('x', '1')).rejects.toThrow('MISCONF');
  await expectOnDisk(producer);
  await redis.config('SET', 'save', '');
  expect(await flushed(producer)).toEqual(ALL_IN_REDIS);
  expect(await scene.expectAllOnceInOrder()).toBe(110);
});

it('goes to disk while Redis is a read-only replica', async () => {
  const producer = scene.producer();
  await scene.call(producer, 10);
  await flushed(producer);
  await scene.contents.redis.replicaof('127.0.0.1', 1);
  await expectOnDisk(producer);
  await scene.contents.redis.replicaof('NO', 'ONE');
  expect(await flushed(producer)).toEqual(ALL_IN_REDIS);
  expect(await scene.expectAllOnceInOrder()).toBe(110);
});

it('goes to disk above 80 % of maxmemory, whoever filled it, and replays once there is room', async () => {
  const { redis } = scene.contents;
  await redis.setrange('filler', 20_000_000, 'x');
  const usedBytes = Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]);
  await redis.config('SET', 'maxmemory', String(Math.round(usedBytes * 1.15)));
  const producer = scene.producer();
  await waitFor(async () => {
    expect(await scene.call(producer, 10)).toEqual(oks(10));
    return ((await producer.flush({ timeoutMs: 1 })).spooled ?? 0) > 0;
  });
  expect(await scene.call(producer, 100)).toEqual(oks(100));
  await redis.config('SET', 'maxmemory', '0');
  expect(await flushed(producer)).toEqual(ALL_IN_REDIS);
  expect(await scene.expectAllOnceInOrder()).toBeGreaterThan(100);
});

it('leaves what Redis does not take to the next process, which sends it without being called', async () => {
  const first = scene.producer();
  await scene.call(first, 10);
  await flushed(first);
  await scene.redis.kill();
  await scene.call(first, 500);
  const startedAtMs = performance.now();
  expect(await first.close({ timeoutMs: 10_000 })).toEqual({ ok: true, pending: 0, spooled: 500 });
  expect(performance.now() - startedAtMs).toBeLessThan(5_000);
  await scene.redis.restart();
  scene.producer();
  await waitFor(async () => (await scene.contents.operations()).length === 510);
  await waitFor(() => scene.files().length === 0);
  await scene.expectAllOnceInOrder();
});

it('sends what former runs left before anything new of the same persons', async () => {
  await scene.redis.kill();
  for (let run = 0; run < 3; run += 1) {
    const former = scene.producer();
    expect(await scene.call(former, 700)).toEqual(oks(700));
    expect(await former.close()).toMatchObject({ ok: true, pending: 0 });
  }
  await scene.redis.restart();
  const producer = scene.producer();
  expect(await scene.call(producer, 700)).toEqual(oks(700));
  expect(await flushed(producer)).toEqual(ALL_IN_REDIS);
  expect(await scene.expectAllOnceInOrder()).toBe(2_800);
});

it('packs what it replays into jobs of up to 1,000 operations', async () => {
  await scene.redis.kill();
  const producer = scene.producer();
  for (let round = 0; round < 30; round += 1) await scene.call(producer, 100);
  await scene.redis.restart();
  expect(await flushed(producer)).toEqual(ALL_IN_REDIS);
  expect((await scene.contents.jobs()).length).toBeLessThan(30);
  await scene.expectAllOnceInOrder();
});

it('writes erasure marks when it replays', async () => {
  await scene.redis.kill();
  const producer = scene.producer();
  await producer.track('p', 'e');
  const suppressed = await producer.suppress('p');
  await scene.redis.restart();
  await flushed(producer);
  expect(await scene.contents.redis.get(erasureKey(scene.workspace, 'id:p'))).toBe(suppressed.id);
});

it.each([
  [8, 3],
  [3, 16],
])('replays under %i lanes what turns out to be a workspace of %i, once and in order', async (before, after) => {
  const keys = workspaceKeys(scene.workspace);
  await scene.contents.redis.set(keys.lanes, String(before));
  const producer = scene.producer();
  await scene.call(producer, 100);
  await scene.redis.kill();
  await scene.call(producer, 2_000);
  await scene.redis.restart();
  // Stands for lanes that were changed during the outage.
  await scene.contents.redis.set(keys.lanes, String(after));
  await scene.call(producer, 100);
  expect(await flushed(producer)).toEqual(ALL_IN_REDIS);
  const ids = new Set<string>();
  for (let lane = 0; lane < Math.max(before, after); lane += 1) {
    const prefix = `{cio:${scene.workspace}}:${scene.workspace}.lane.${lane}:`;
    for (const job of await scene.contents.redis.lrange(`${prefix}wait`, 0, -1)) {
      const data = JSON.parse((await scene.contents.redis.hget(`${prefix}${job}`, 'data')) ?? '') as {
        operations: { id: string }[];
      };
      for (const { id } of data.operations) {
        expect(ids.has(id)).toBe(false);
        ids.add(id);
      }
    }
  }
  expect(ids.size).toBe(2_200);
});

it('writes nothing twice when the folder of a spool that was replayed comes back from a backup', async () => {
  await scene.redis.kill();
  const first = scene.producer();
  await scene.call(first, 1_000);
  await first.close();
  const backup = `${scene.spoolDir}-backup`;
  cpSync(scene.spoolDir, backup, { recursive: true });
  await scene.redis.restart();
  const second = scene.producer();
  await waitFor(async () => (await scene.contents.operations()).length === 1_000);
  await second.close();
  cpSync(backup, scene.spoolDir, { recursive: true });
  rmSync(backup, { recursive: true });
  const third = scene.producer();
  await scene.call(third, 100);
  expect(await flushed(third)).toEqual(ALL_IN_REDIS);
  expect(await scene.expectAllOnceInOrder()).toBe(1_100);
});

it('answers refusals of the operation itself at once, also during an outage', async () => {
  await scene.redis.kill();
  const producer = scene.producer();
  expect(codeOf(await producer.track('', 'e'))).toBe('IDENTIFIER_EMPTY');
});
