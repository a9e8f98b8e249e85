import { expect, it } from 'vitest';
import { createFairShare, type FairShareOptions } from './fair-share.ts';

/** Items are started and stay under way until `finish`; the order of their start is what counts. */
function setUp(options: FairShareOptions = {}) {
  const started: string[] = [];
  const open: (() => void)[] = [];
  const share = createFairShare<string, string>((items) => {
    started.push(...items);
    return new Promise((resolve) => open.push(() => resolve(items.map((item) => `${item} done`))));
  }, options);
  const finish = async () => {
    while (open.length > 0) {
      open.shift()?.();
      // Results, and the turns after a burst.
      await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { share, started, finish };
}

const items = (source: string, count: number) => Array.from({ length: count }, (_, index) => `${source}${index}`);

it('starts a small call at once, in the very call', () => {
  const { share, started } = setUp();
  void share.run('a', ['a0', 'a1']);
  expect(started).toEqual(['a0', 'a1']);
});

it('gives the results in the order of the items, also of a call that takes several turns', async () => {
  const { share, finish } = setUp({ maxInFlight: 150 });
  const running = share.run('a', items('a', 1_000));
  await new Promise((resolve) => setImmediate(resolve));
  await finish();
  expect(await running).toEqual(items('a', 1_000).map((item) => `${item} done`));
});

it('starts a single item of one source after one turn of the other, however much that one has waiting', async () => {
  const { share, started, finish } = setUp({ maxInFlight: 100 });
  const flood = Array.from({ length: 20 }, () => share.run('a', items('a', 400)));
  await new Promise((resolve) => setImmediate(resolve));
  const single = share.run('b', ['b0']);
  await finish();
  expect(await single).toEqual(['b0 done']);
  expect(started.indexOf('b0')).toBeLessThanOrEqual(200);
  await Promise.all(flood);
});

it('keeps the order of one source', async () => {
  const { share, started, finish } = setUp({ maxInFlight: 50 });
  const runs = [share.run('a', items('x', 120)), share.run('a', items('y', 30)), share.run('a', items('z', 1))];
  await new Promise((resolve) => setImmediate(resolve));
  await finish();
  await Promise.all(runs);
  expect(started).toEqual([...items('x', 120), ...items('y', 30), ...items('z', 1)]);
});

it('turns away a source whose queue is full, and no other', async () => {
  const { share, finish } = setUp({ maxInFlight: 10, maxWaitingPerSource: 100 });
  const first = share.run('a', items('a', 110));
  expect(await share.run('a', ['late'])).toEqual([undefined]);
  const other = share.run('b', ['b0']);
  await new Promise((resolve) => setImmediate(resolve));
  await finish();
  expect(await other).toEqual(['b0 done']);
  expect(await first).not.toContain(undefined);
});

it('gives up what waited too long for its turn, and only that', async () => {
  const { share, finish } = setUp({ maxInFlight: 10, maxWaitMs: 20 });
  const first = share.run('a', items('a', 10));
  expect(await share.run('b', items('b', 3))).toEqual([undefined, undefined, undefined]);
  expect(share.waiting).toBe(0);
  await finish();
  expect(await first).toHaveLength(10);
  expect(share.inFlight).toBe(0);
});
