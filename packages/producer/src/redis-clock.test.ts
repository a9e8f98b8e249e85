import { expect, it } from 'vitest';
import { adjustOffset, notBefore, RedisClock } from './redis-clock.ts';

it('takes the middle of the first sample', () => {
  expect(adjustOffset(undefined, { sentAtMs: 100, receivedAtMs: 110, redisMs: 1_000 })).toBe(895.5);
});

it.each([
  [
    'keeps an offset that the sample allows, however slow the answer',
    895,
    { sentAtMs: 100, receivedAtMs: 200, redisMs: 1_000 },
    895,
  ],
  ['raises an offset that is too low', 700, { sentAtMs: 100, receivedAtMs: 110, redisMs: 1_000 }, 890],
  ['lowers an offset that is too high', 2_000, { sentAtMs: 100, receivedAtMs: 110, redisMs: 1_000 }, 901],
])('%s', (_title, offset, sample, expected) => {
  expect(adjustOffset(offset, sample)).toBe(expected);
});

it('follows a step of the Redis clock at once', () => {
  const clock = new RedisClock();
  clock.observe({ sentAtMs: 0, receivedAtMs: 2, redisMs: 5_000_000 });
  clock.observe({ sentAtMs: 1_000, receivedAtMs: 1_002, redisMs: 1_000_000 });
  expect(Math.abs(clock.at(1_001) - 1_000_000)).toBeLessThanOrEqual(2);
});

it('is the local clock before the first answer, and ignores an answer that is no time', () => {
  const clock = new RedisClock();
  clock.observe({ sentAtMs: 0, receivedAtMs: 0, redisMs: Number.NaN });
  expect(Math.abs(clock.at(performance.now()) - Date.now())).toBeLessThan(50);
});

it('lets measuring noise turn no time back, but follows a clock that was put right', () => {
  expect(notBefore(1_000_000, 999_990)).toBe(1_000_000);
  expect(notBefore(1_000_000, 1_000_001)).toBe(1_000_001);
  expect(notBefore(5_000_000, 1_000_000)).toBe(1_000_000);
});

it("tells by what the local clock's times were off, once Redis has answered", () => {
  const clock = new RedisClock();
  const nowMs = performance.now();
  const localMs = clock.at(nowMs);
  expect([clock.isSet, clock.correctionMs]).toEqual([false, 0]);
  clock.observe({ sentAtMs: nowMs, receivedAtMs: nowMs + 2, redisMs: localMs - 3_600_000 });
  expect(clock.isSet).toBe(true);
  expect(Math.abs(localMs + clock.correctionMs - clock.at(nowMs))).toBeLessThanOrEqual(1);
});
