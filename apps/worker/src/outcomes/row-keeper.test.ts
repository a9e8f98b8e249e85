import type { JournalRow, WriteOptions, WriteResult } from '@cio-fleet/journal';
import { expect, it } from 'vitest';
import { createRowKeeper, type MadeRows } from './row-keeper.ts';

const rows = (count: number): JournalRow[] =>
  Array.from({ length: count }, () => ({ time: 1, workspace: 'shop', outcome: 'delivered', action: 'track' }));
const made = (count: number): MadeRows => ({ rows: rows(count), shed: 0 });

/** A sink that sends and answers its packs when the test says so. */
function setUp() {
  const written: (readonly JournalRow[])[] = [];
  const recorded: JournalRow[] = [];
  const sends: (() => void)[] = [];
  const answers: ((result: WriteResult) => void)[] = [];
  const shed: number[] = [];
  const sink = {
    room: () => 7,
    shed: (_: string, count: number) => void shed.push(count),
    record: (row: JournalRow) => void recorded.push(row),
    write(batch: readonly JournalRow[], { onSent = () => undefined }: WriteOptions = {}) {
      written.push(batch);
      const { promise, resolve } = Promise.withResolvers<WriteResult>();
      sends.push(onSent);
      answers.push(resolve);
      return promise;
    },
  };
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  return { sink, shed, written, recorded, sends, answers, turn };
}

/** Uses up what the keeper may compute. */
function burn(): MadeRows {
  const cpuMs = () => process.threadCpuUsage().user / 1_000;
  const until = cpuMs() + 110;
  while (cpuMs() < until);
  return made(0);
}

it('lets a batch go once its rows are sent, without waiting for the answer', async () => {
  const { sink, written, recorded, sends, answers, turn } = setUp();
  const keeper = createRowKeeper({ sink, maxWaitMs: 60_000 });
  let isKept = false;
  const kept = keeper
    .keep(() => made(2))
    .then(() => {
      isKept = true;
    });
  await turn();
  expect([written.length, isKept]).toEqual([1, false]);
  sends[0]?.();
  await kept;
  answers[0]?.({ queued: true });
  await turn();
  expect(recorded).toEqual([]);
});

it('packs one batch at a time and puts what comes meanwhile into the next', async () => {
  const { sink, written, sends, turn } = setUp();
  const keeper = createRowKeeper({ sink, maxWaitMs: 60_000 });
  const first = keeper.keep(() => made(2));
  await turn();
  const others = [keeper.keep(() => made(3)), keeper.keep(() => made(4))];
  await turn();
  expect(written.map(({ length }) => length)).toEqual([2]);
  sends[0]?.();
  await first;
  await turn();
  expect(written.map(({ length }) => length)).toEqual([2, 7]);
  sends[1]?.();
  await Promise.all(others);
});

it('lets a batch go when packing is slow, and then only records for a while', async () => {
  const { sink, written, recorded } = setUp();
  const keeper = createRowKeeper({ sink, maxWaitMs: 1, restMs: 60_000 });
  await keeper.keep(() => made(1));
  await keeper.keep(() => made(5));
  expect(written).toHaveLength(1);
  expect(recorded).toHaveLength(5);
});

it('records what the queue had no room for, so that it is counted, and then only records for a while', async () => {
  const { sink, written, recorded, sends, answers, turn } = setUp();
  const keeper = createRowKeeper({ sink, maxWaitMs: 60_000, restMs: 60_000 });
  const kept = keeper.keep(() => made(3));
  await turn();
  sends[0]?.();
  await kept;
  answers[0]?.({ queued: false, reason: 'full' });
  await turn();
  expect(recorded).toHaveLength(3);
  await keeper.keep(() => made(4));
  expect(written).toHaveLength(1);
  expect(recorded).toHaveLength(7);
});

it('leaves to a full queue the erasures that it has taken', async () => {
  const { sink, recorded, answers, turn } = setUp();
  const keeper = createRowKeeper({ sink, maxWaitMs: 60_000 });
  const kept = keeper.keep(() => ({
    rows: [...rows(2), ...rows(1).map((row) => ({ ...row, action: 'delete' }))],
    shed: 0,
  }));
  await turn();
  answers[0]?.({ queued: false, reason: 'full' });
  await kept;
  expect(recorded.map(({ action }) => action)).toEqual(['track', 'track']);
});

it('lets a batch go that can not be sent at all', async () => {
  const { sink, recorded, answers, turn } = setUp();
  const keeper = createRowKeeper({ sink, maxWaitMs: 60_000 });
  const kept = keeper.keep(() => made(3));
  await turn();
  answers[0]?.({ queued: false, reason: 'unreadable' });
  await kept;
  expect(recorded).toHaveLength(3);
});

it('only records when its share of the processor is spent', async () => {
  const { sink, written, recorded } = setUp();
  const keeper = createRowKeeper({ sink, maxCpuShare: 0 });
  await keeper.keep(burn);
  await keeper.keep(() => made(2));
  expect(written).toEqual([]);
  expect(recorded).toHaveLength(2);
});

it('sends the rows of erasures all the same: by them the journal learns whom to forget', async () => {
  const { sink, written, recorded, sends, turn } = setUp();
  const keeper = createRowKeeper({ sink, maxCpuShare: 0, maxWaitMs: 60_000 });
  await keeper.keep(burn);
  const [erasure] = rows(1).map((row) => ({ ...row, action: 'delete' }));
  const kept = keeper.keep(() => ({ rows: [...rows(2), ...(erasure ? [erasure] : [])], shed: 0 }));
  await turn();
  expect(written).toEqual([[erasure]]);
  expect(recorded).toHaveLength(2);
  sends[0]?.();
  await kept;
});

it('asks for no more rows than there is room for when its share is spent, and has the others counted', async () => {
  const { sink, shed } = setUp();
  const keeper = createRowKeeper({ sink, maxCpuShare: 0 });
  const asked: number[] = [];
  const make = (room: number) => {
    asked.push(room);
    return { rows: [], shed: 3 };
  };
  await keeper.keep(make);
  await keeper.keep(burn);
  await keeper.keep(make);
  expect(asked).toEqual([Number.POSITIVE_INFINITY, 7]);
  expect(shed).toEqual([3, 0, 3]);
});
