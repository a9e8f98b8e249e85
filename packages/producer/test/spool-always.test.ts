import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { queueKeyPrefix } from '@cio-fleet/contracts';
import { waitFor } from '@cio-fleet/testkit';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Producer } from '../src/index.ts';
import { oks, SpoolScene } from './fixtures/spool/spool-scene.ts';

let scene: SpoolScene;

beforeEach(async () => {
  scene = await SpoolScene.open();
});

afterEach(async () => {
  rmSync(copyOf(), { recursive: true, force: true });
  await scene.close();
});

const always = (spoolRetainMs = 60_000): Producer => scene.producer({ spoolMode: 'always', spoolRetainMs });
const flushed = (producer: Producer) => producer.flush({ timeoutMs: 40_000 });
const ALL_IN_REDIS = { ok: true, pending: 0, spooled: 0 };

const copyOf = () => `${scene.redis.dataDir}-older`;

/** Keeps Redis's log as it is now. */
function copyRedis(): void {
  rmSync(copyOf(), { recursive: true, force: true });
  cpSync(scene.redis.dataDir, copyOf(), { recursive: true });
}

/** Redis dies and comes back as it was when it was copied. */
async function putRedisBack(): Promise<void> {
  await scene.redis.kill();
  rmSync(join(scene.redis.dataDir, 'appendonlydir'), { recursive: true, force: true });
  cpSync(copyOf(), scene.redis.dataDir, { recursive: true });
  await scene.redis.restart();
}

const waiting = async () => (await scene.contents.operations()).length;

it('puts every operation on disk first, and keeps it while it is retained', async () => {
  const producer = always();
  expect(await scene.call(producer, 200)).toEqual(oks(200));
  expect(await flushed(producer)).toEqual(ALL_IN_REDIS);
  expect(await scene.expectAllOnceInOrder()).toBe(200);
  expect(scene.files().some((name) => name.endsWith('.spool'))).toBe(true);
});

it('empties the folder once nothing needs to be retained', async () => {
  const producer = always(200);
  await scene.call(producer, 200);
  await flushed(producer);
  await waitFor(() => scene.files().length === 0);
  expect(await scene.call(producer, 200)).toEqual(oks(200));
  expect(await flushed(producer)).toEqual(ALL_IN_REDIS);
  expect(await scene.expectAllOnceInOrder()).toBe(400);
});

it('loses nothing when Redis comes back with an older copy of its log, in the midst of calls', async () => {
  const producer = always();
  await scene.call(producer, 500);
  await flushed(producer);
  copyRedis();
  expect(await scene.call(producer, 1_000)).toEqual(oks(1_000));
  await flushed(producer);
  expect(await waiting()).toBe(1_500);
  const calls = scene.call(producer, 2_000);
  await putRedisBack();
  expect(await calls).toEqual(oks(2_000));
  expect(await flushed(producer)).toEqual(ALL_IN_REDIS);
  expect(await scene.expectAllOnceInOrder()).toBe(3_500);
  expect(await scene.contents.ledger()).toEqual({ accepted: '3500' });
});

it('notices by itself, without a call, that Redis came back with less', async () => {
  const producer = always();
  await scene.call(producer, 100);
  await flushed(producer);
  copyRedis();
  await scene.call(producer, 300);
  await flushed(producer);
  await putRedisBack();
  await waitFor(async () => (await waiting()) === 400);
  await scene.expectAllOnceInOrder();
});

it('survives three older copies in a row, with writes in between', async () => {
  const producer = always();
  for (let round = 0; round < 3; round += 1) {
    await scene.call(producer, 200);
    await flushed(producer);
    copyRedis();
    expect(await scene.call(producer, 300)).toEqual(oks(300));
    await flushed(producer);
    await putRedisBack();
    await waitFor(async () => (await waiting()) === 500 * (round + 1));
  }
  expect(await scene.expectAllOnceInOrder()).toBe(1_500);
});

it('lets the next process write again what Redis lost while there was none', async () => {
  const first = always();
  await scene.call(first, 100);
  await flushed(first);
  copyRedis();
  await scene.call(first, 300);
  await flushed(first);
  expect(await first.close()).toEqual({ ok: true, pending: 0, spooled: 0 });
  await putRedisBack();
  expect(await waiting()).toBe(100);
  always();
  await waitFor(async () => (await waiting()) === 400);
  await scene.expectAllOnceInOrder();
});

it('loses what Redis lost in the mode overflow: the tests above can fail', async () => {
  const producer = scene.producer();
  await scene.call(producer, 100);
  // A call that had to wait for Redis may have been answered from the disk.
  await flushed(producer);
  copyRedis();
  await scene.call(producer, 300);
  await flushed(producer);
  await putRedisBack();
  await scene.call(producer, 10);
  await flushed(producer);
  expect(await waiting()).toBe(110);
});

it('does not write again what workers have taken since', async () => {
  const producer = always(1_000);
  await scene.call(producer, 50);
  await flushed(producer);
  for (let lane = 0; lane < 8; lane += 1) {
    await scene.contents.redis.del(`${queueKeyPrefix(scene.workspace, `${scene.workspace}.lane.${lane}`)}wait`);
  }
  await waitFor(() => scene.files().length === 0);
  expect(await waiting()).toBe(0);
});

it('takes everything through an outage, and goes on with the disk first', async () => {
  const producer = always();
  await scene.call(producer, 100);
  await scene.redis.kill();
  expect(await scene.call(producer, 1_000)).toEqual(oks(1_000));
  await scene.redis.restart();
  expect(await scene.call(producer, 100)).toEqual(oks(100));
  expect(await flushed(producer)).toEqual(ALL_IN_REDIS);
  expect(await scene.expectAllOnceInOrder()).toBe(1_200);
});
