import { existsSync, readdirSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { erasureKey, isErasedBy, type QueuedOperation, ulidMs } from '@cio-fleet/contracts';
import { waitFor } from '@cio-fleet/testkit';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { Enqueuer } from '../src/enqueuer.ts';
import { FailureReport } from '../src/failure-report.ts';
import { createProducer, type Producer, type ProducerOptions } from '../src/index.ts';
import { producerSettings } from '../src/producer-options.ts';
import { createVerbs } from '../src/verbs.ts';
import { oks, SpoolScene } from './fixtures/spool/spool-scene.ts';

const HOURS_100 = 100 * 3_600_000;
const realNow = Date.now;
let scene: SpoolScene;
const others: Producer[] = [];

beforeEach(async () => {
  scene = await SpoolScene.open();
});

afterEach(async () => {
  Date.now = realNow;
  for (const other of others.splice(0)) await other.close();
  await scene.close();
});

function setHostClock(offMs: number): void {
  Date.now = () => realNow() + offMs;
}

/** A producer without a spool. */
function plainProducer(options: ProducerOptions = {}): Producer {
  const producer = createProducer({ redisUrl: scene.redis.url, workspace: scene.workspace, ...options });
  others.push(producer);
  return producer;
}

const isNow = (atMs: number) => Math.abs(atMs - realNow()) < 60_000;
const waitingFor = (count: number) =>
  waitFor(async () => {
    const operations = await scene.contents.operations();
    return operations.length === count ? operations : undefined;
  });
const mark = () => scene.contents.redis.get(erasureKey(scene.workspace, 'id:ada'));

describe('on a host whose clock is 100 hours ahead, with Redis away at the start', () => {
  const named = (operations: readonly QueuedOperation[], name: string) =>
    operations.find(({ op }) => 'name' in op && op.name === name) as QueuedOperation;

  it.each(['without a spool', 'with a spool'])(
    'an erasure erases what came before it, and nothing of later, %s',
    async (way) => {
      setHostClock(HOURS_100);
      await scene.redis.kill();
      const producer = way === 'with a spool' ? scene.producer() : plainProducer({ enqueueTimeoutMs: 200 });
      const early = await Promise.all([producer.track('ada', 'before'), producer.delete('ada')]);
      expect(early.map(({ ok }) => ok)).toEqual(way === 'with a spool' ? [true, true] : [false, false]);
      await scene.redis.restart();
      await waitingFor(2);
      const sane = plainProducer();
      await sane.track('ada', 'of another');
      await producer.track('ada', 'after');
      const operations = await waitingFor(4);
      expect(operations.map(({ id }) => id)).toEqual(expect.arrayContaining(early.map(({ id }) => id)));
      const left = await mark();
      expect(operations.filter((operation) => isErasedBy(operation, left))).toEqual([named(operations, 'before')]);
      expect(operations.every(({ at }) => isNow(at))).toBe(true);
      expect(isNow(ulidMs(named(operations, 'after').id))).toBe(true);
    },
  );

  it('the erasure of another process erases what came before it', async () => {
    setHostClock(HOURS_100);
    await scene.redis.kill();
    const producer = scene.producer();
    await producer.track('ada', 'before');
    await scene.redis.restart();
    const [before] = await waitingFor(1);
    await plainProducer().delete('ada');
    expect(isErasedBy(before as QueuedOperation, await mark())).toBe(true);
  });
});

it('on a host whose clock is 100 hours behind, what was accepted while Redis was away falls to no earlier erasure, and an erasure erases what others accepted before it', async () => {
  const sane = plainProducer();
  await sane.delete('ada');
  const earlier = await mark();
  await sane.track('ada', 'of another');
  await scene.redis.kill();
  setHostClock(-HOURS_100);
  const producer = scene.producer();
  await producer.track('ada', 'between');
  const erasure = await producer.delete('ada');
  expect(isNow(ulidMs(String(erasure.id)))).toBe(false);
  await scene.redis.restart();
  const operations = await waitingFor(4);
  const erasedBy = (left: string | null) =>
    operations.filter((operation) => isErasedBy(operation, left)).map(({ op }) => ('name' in op ? op.name : op.action));
  expect(erasedBy(earlier)).toEqual([]);
  expect(erasedBy(await mark()).toSorted()).toEqual(['between', 'delete', 'of another']);
});

it('waits in the mode always for the time of Redis before anything is written to disk', async () => {
  setHostClock(HOURS_100);
  const { workspace, spoolDir } = scene;
  const settings = producerSettings({
    ...{ redisUrl: scene.redis.url, workspace, spoolDir, spoolMode: 'always' },
    enqueueTimeoutMs: 60_000,
  });
  const report = new FailureReport((failure) => scene.failures.push(failure), undefined);
  // However busy the machine: it is not for want of patience that they go to disk.
  const enqueuer = new Enqueuer(settings, report, { patienceMs: 60_000 });
  onTestFinished(() => enqueuer.close(1_000).then(() => undefined));
  enqueuer.start();
  // The spool is ready before the first call, and so before there is a connection.
  const folder = join(spoolDir, workspace);
  await waitFor(() => existsSync(folder) && readdirSync(folder).length > 0);
  for (let turns = 0; turns < 50; turns += 1) await stat(folder);
  expect(await scene.call(createVerbs({ sink: enqueuer, report, defaults: settings }), 50)).toEqual(oks(50));
  const operations = await waitingFor(50);
  expect(operations.every(({ id, at }) => isNow(at) && isNow(ulidMs(id)))).toBe(true);
});
