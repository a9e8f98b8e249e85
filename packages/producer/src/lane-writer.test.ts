import { ulidMs } from '@cio-fleet/contracts';
import { afterEach, expect, it, vi } from 'vitest';
import type { BufferedOperation } from './buffered-operation.ts';
import { MemoryLaneBuffer } from './lane-buffer.ts';
import { LaneWriter } from './lane-writer.ts';
import { RedisClock } from './redis-clock.ts';

const NOON = Date.UTC(2026, 10, 21, 12);
const HOUR = 3_600_000;
const ALL = { maxOperations: 1_000, maxBytes: 1_000_000 };

afterEach(() => vi.restoreAllMocks());

/** A lane of a process that started at noon, on a host whose clock is off. */
function laneOfHost({ aheadMs }: { readonly aheadMs: number }) {
  vi.spyOn(performance, 'now').mockReturnValue(0);
  vi.spyOn(Date, 'now').mockReturnValue(NOON + aheadMs);
  const clock = new RedisClock();
  return { clock, writer: new LaneWriter(new MemoryLaneBuffer(), clock) };
}

/** Redis tells its time, right then. */
const tell = (clock: RedisClock, monotonicMs: number, redisMs = NOON + monotonicMs) =>
  clock.observe({ sentAtMs: monotonicMs, receivedAtMs: monotonicMs + 1, redisMs });

function called(calledAtMs: number): BufferedOperation {
  const text = { laneKey: 'id:1', verb: 'track', erases: false, tail: '', bytes: 10 };
  return { ...text, number: 0, calledAtMs, id: undefined, atMs: 0, hasRedisTime: false, settle: undefined };
}

function stamped(writer: LaneWriter, calledAtMs: number): BufferedOperation {
  const operation = called(calledAtMs);
  writer.stamp(operation);
  return operation;
}

const idMs = ({ id }: BufferedOperation) => ulidMs(String(id));

it.each([100 * HOUR, -100 * HOUR])(
  'mints by the time of Redis once it is known, on a host that is %d ms off',
  (aheadMs) => {
    const { clock, writer } = laneOfHost({ aheadMs });
    expect(idMs(stamped(writer, 10))).toBe(NOON + aheadMs + 10);
    tell(clock, 20);
    const later = stamped(writer, 30);
    expect([later.atMs, idMs(later)]).toEqual([NOON + 30, NOON + 30]);
  },
);

it("keeps an id that was told, and sets the time right with Redis's first answer", () => {
  const { clock, writer } = laneOfHost({ aheadMs: 100 * HOUR });
  const operation = called(10);
  writer.add(operation);
  writer.stamp(operation);
  const { id } = operation;
  tell(clock, 20);
  expect(writer.next(ALL)?.operations).toEqual([{ ...operation, id, atMs: NOON + 10, hasRedisTime: true }]);
});

// A sample leaves a millisecond open.
it('follows a clock of Redis that steps back by more than a minute with times, ids and job ids', () => {
  const { clock, writer } = laneOfHost({ aheadMs: 0 });
  tell(clock, 0, NOON + HOUR);
  stamped(writer, 10);
  tell(clock, 20);
  writer.add(called(30));
  const job = writer.next(ALL);
  expect(job?.operations.map((operation) => [operation.atMs, idMs(operation)])).toEqual([[NOON + 31, NOON + 31]]);
  expect(ulidMs(String(job?.jobId))).toBe(NOON + 31);
});

it('mints rising ids, never one twice, through noise and steps', () => {
  const { clock, writer } = laneOfHost({ aheadMs: 0 });
  const ids: string[] = [];
  for (const [n, redisMs] of [NOON + HOUR, NOON + HOUR - 59_000, NOON, NOON - 30_000, NOON + 1_000].entries()) {
    tell(clock, n * 10, redisMs);
    const some = Array.from({ length: 100 }, () => String(stamped(writer, n * 10 + 1).id));
    expect(some).toEqual(some.toSorted());
    ids.push(...some);
  }
  expect(new Set(ids).size).toBe(ids.length);
  // All that is minted between two steps rises: here there is one step, before the third.
  expect(ids.slice(0, 200)).toEqual(ids.slice(0, 200).toSorted());
  expect(ids.slice(200)).toEqual(ids.slice(200).toSorted());
});
