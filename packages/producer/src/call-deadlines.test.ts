import { collectGarbage } from '@cio-fleet/testkit';
import { afterEach, expect, it, vi } from 'vitest';
import type { BufferedOperation } from './buffered-operation.ts';
import { CallDeadlines } from './call-deadlines.ts';

afterEach(() => vi.useRealTimers());

const calledNow = (number: number): BufferedOperation => ({
  ...{
    laneKey: 'id:ada',
    verb: 'track',
    erases: false,
    tail: '',
    bytes: 0,
    id: undefined,
    atMs: 0,
    hasRedisTime: false,
  },
  number,
  calledAtMs: performance.now(),
  settle: () => undefined,
});

it('expires what is not answered in time, oldest first, and nothing that is', async () => {
  vi.useFakeTimers();
  const expired: number[] = [];
  const deadlines = new CallDeadlines(1_000, ({ number }) => expired.push(number));
  const operations = Array.from({ length: 1_000 }, (_, number) => calledNow(number));
  for (const operation of operations) {
    deadlines.add(operation);
    if (operation.number % 10 !== 0) operation.settle = undefined;
  }
  await vi.advanceTimersByTimeAsync(999);
  expect(expired).toEqual([]);
  await vi.advanceTimersByTimeAsync(2);
  expect(expired).toEqual(operations.map(({ number }) => number).filter((number) => number % 10 === 0));
});

it('lets go of answered operations, also behind one that still waits', async () => {
  const deadlines = new CallDeadlines(60_000, () => undefined);
  const waiting = calledNow(0);
  deadlines.add(waiting);
  const answered = Array.from({ length: 5_000 }, (_, n) => {
    const operation = calledNow(n + 1);
    deadlines.add(operation);
    operation.settle = undefined;
    return new WeakRef(operation);
  });
  await collectGarbage();
  expect(answered.filter((reference) => reference.deref() !== undefined).length).toBeLessThan(200);
  deadlines.stop();
});

it('waits through a time-out that is longer than any timer', async () => {
  vi.useFakeTimers();
  const timers = vi.spyOn(globalThis, 'setTimeout');
  const expired: number[] = [];
  const deadlines = new CallDeadlines(1e12, ({ number }) => expired.push(number));
  deadlines.add(calledNow(0));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(timers.mock.calls.map(([, delayMs]) => delayMs)).toEqual([2_147_483_647]);
  expect(expired).toEqual([]);
  deadlines.stop();
  timers.mockRestore();
});
