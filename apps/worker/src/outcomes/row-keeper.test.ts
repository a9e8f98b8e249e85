import type { JournalRow, WriteResult } from '@cio-fleet/journal';
import { expect, it } from 'vitest';
import { createRowKeeper } from './row-keeper.ts';

const rows = (count: number): JournalRow[] =>
  Array.from({ length: count }, () => ({ time: 1, workspace: 'shop', outcome: 'delivered', action: 'track' }));

/** A sink whose packs are answered when the test says so. */
function setUp() {
  const written: number[] = [];
  const recorded: JournalRow[] = [];
  const answers: ((result: WriteResult) => void)[] = [];
  const sink = {
    record: (row: JournalRow) => void recorded.push(row),
    write(batch: readonly JournalRow[]) {
      written.push(batch.length);
      const { promise, resolve } = Promise.withResolvers<WriteResult>();
      answers.push(resolve);
      return promise;
    },
  };
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  return { sink, written, recorded, answers, turn };
}

it('writes one pack at a time and puts what comes meanwhile into the next', async () => {
  const { sink, written, answers, turn } = setUp();
  const keeper = createRowKeeper({ sink, maxWaitMs: 60_000 });
  const first = keeper.keep(() => rows(2));
  await turn();
  const others = [keeper.keep(() => rows(3)), keeper.keep(() => rows(4))];
  await turn();
  expect(written).toEqual([2]);
  answers[0]?.({ queued: true });
  await first;
  await turn();
  expect(written).toEqual([2, 7]);
  answers[1]?.({ queued: true });
  await Promise.all(others);
});

it('lets a batch go when Redis is slow, and then only records for a while', async () => {
  const { sink, written, recorded, answers } = setUp();
  const keeper = createRowKeeper({ sink, maxWaitMs: 1, restMs: 60_000 });
  await keeper.keep(() => rows(1));
  await keeper.keep(() => rows(5));
  expect(written).toEqual([1]);
  expect(recorded).toHaveLength(5);
  answers[0]?.({ queued: true });
});

it('records what the queue had no room for, so that it is counted', async () => {
  const { sink, recorded, answers, turn } = setUp();
  const keeper = createRowKeeper({ sink, maxWaitMs: 60_000 });
  const kept = keeper.keep(() => rows(3));
  await turn();
  answers[0]?.({ queued: false, reason: 'full' });
  await kept;
  expect(recorded).toHaveLength(3);
});

it('only records when its share of the processor is spent', async () => {
  const { sink, written, recorded } = setUp();
  const keeper = createRowKeeper({ sink, maxCpuShare: 0 });
  await keeper.keep(() => {
    const until = performance.now() + 110;
    while (performance.now() < until);
    return [];
  });
  await keeper.keep(() => rows(2));
  expect(written).toEqual([]);
  expect(recorded).toHaveLength(2);
});
