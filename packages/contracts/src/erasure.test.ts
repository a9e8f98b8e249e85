import { describe, expect, it } from 'vitest';
import { fenceUlid, isErasedBy } from './erasure.ts';
import type { QueuedOperation } from './queued-operation.ts';
import { ulidTime } from './ulid.ts';

const NOON = Date.UTC(2026, 10, 21, 12);
const HOUR = 3_600_000;
const HOURS_100 = 100 * HOUR;
const ulid = (atMs: number, digit = '5') => ulidTime(atMs) + digit.repeat(16);

function accepted(atMs: number, id = ulid(atMs)): QueuedOperation {
  return { id, at: atMs, op: { type: 'person', action: 'event', identifiers: { id: 'ada' }, name: 'e' } };
}

describe('an erasure at noon', () => {
  const mark = fenceUlid(ulid(NOON), NOON);

  it.each([
    ['erases an operation of a millisecond before', accepted(NOON - 1), true],
    ['erases one of the same millisecond that was minted before it', accepted(NOON, ulid(NOON, '4')), true],
    ['does not erase itself', accepted(NOON, ulid(NOON)), false],
    ['leaves one of the same millisecond that was minted after it', accepted(NOON, ulid(NOON, '6')), false],
    ['leaves one of later', accepted(NOON + 1), false],
    ['erases one of before whose ULID is 100 hours ahead', accepted(NOON - 1, ulid(NOON + HOURS_100)), true],
    ['leaves one of later whose ULID is 100 hours ahead', accepted(NOON + 1, ulid(NOON + HOURS_100)), false],
    [
      'erases one of the same millisecond that was minted before it by a clock that is ahead',
      accepted(NOON, ulid(NOON + HOURS_100, '4')),
      true,
    ],
    ['erases one of before whose ULID is an hour behind', accepted(NOON - 1, ulid(NOON - HOUR)), true],
    ['leaves one of later whose ULID is an hour behind', accepted(NOON + 1, ulid(NOON + 1 - HOUR)), false],
    [
      'leaves one of the same millisecond that was minted after it by a clock that is behind',
      accepted(NOON, ulid(NOON - HOUR, '6')),
      false,
    ],
    ['goes by the ULID alone where the time is none', accepted(Number.NaN, ulid(NOON + 1)), false],
  ])('%s', (_title, operation, isErased) => {
    expect(isErasedBy(operation, mark)).toBe(isErased);
  });
});

it.each([null, undefined])('nothing is erased without a mark (%s)', (none) => {
  expect(isErasedBy(accepted(0), none)).toBe(false);
});

it('an erasure that a clock minted behind erases what others accepted in the hours before it', () => {
  const mark = fenceUlid(ulid(NOON - HOUR), NOON);
  expect(isErasedBy(accepted(NOON - 10 * 60_000), mark)).toBe(true);
  expect(isErasedBy(accepted(NOON + 1), mark)).toBe(false);
});

it('the mark of an erasure is its ULID, brought to its time where a wrong clock minted it ahead or behind', () => {
  expect(fenceUlid(ulid(NOON), NOON)).toBe(ulid(NOON));
  expect(fenceUlid(ulid(NOON), NOON + 1)).toBe(ulid(NOON));
  expect(fenceUlid(ulid(NOON - 1_000), NOON)).toBe(ulid(NOON - 1_000));
  expect(fenceUlid(ulid(NOON - 1_001), NOON)).toBe(ulid(NOON));
  expect(fenceUlid(ulid(NOON + 1_000), NOON)).toBe(ulid(NOON + 1_000));
  expect(fenceUlid(ulid(NOON + 1_001), NOON)).toBe(ulid(NOON));
  expect(fenceUlid(ulid(NOON + HOURS_100), NOON)).toBe(ulid(NOON));
});
