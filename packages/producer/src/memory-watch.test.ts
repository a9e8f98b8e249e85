import { expect, it, vi } from 'vitest';
import { isMemoryFull, MemoryWatch } from './memory-watch.ts';

const info = (used: number, max: number) =>
  `# Memory\r\nused_memory:${used}\r\nused_memory_human:1M\r\nmaxmemory:${max}\r\nmaxmemory_policy:noeviction\r\n`;

it.each([
  [80, 100, false],
  [81, 100, true],
  [1_000, 0, false],
])('takes %i of %i bytes for full: %s', (used, max, expected) => {
  expect(isMemoryFull(info(used, max))).toBe(expected);
});

it('takes text without the fields for not full', () => {
  expect(isMemoryFull('')).toBe(false);
});

it('asks at most once a second, and forgets what it knew when the answer is missing', async () => {
  let asked = 0;
  const answers = [info(90, 100), undefined];
  const watch = new MemoryWatch(async () => answers[asked++]);
  watch.touch();
  watch.touch();
  await Promise.resolve();
  await Promise.resolve();
  expect([asked, watch.isFull]).toEqual([1, true]);
  watch.observe(undefined);
  expect(watch.isFull).toBe(false);
  watch.stop();
});

it('asks again at once when a good part of the room was written since', async () => {
  let asked = 0;
  const watch = new MemoryWatch(async () => {
    asked += 1;
    return info(0, 1000);
  });
  watch.touch(10);
  await Promise.resolve();
  await Promise.resolve();
  watch.touch(10);
  expect(asked).toBe(1);
  watch.touch(100);
  expect(asked).toBe(2);
  watch.stop();
});

it('looks on every second while spools wait, until there is room', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  const answers = [79, 77, 75, 69].map((used) => info(used, 100));
  let hasRoom = false;
  const watch = new MemoryWatch(
    async () => answers.shift(),
    () => {
      hasRoom = true;
    },
  );
  watch.touch();
  await vi.advanceTimersByTimeAsync(0);
  watch.observe(info(78, 100));
  expect(watch.isTight).toBe(true);
  // Timers may fire a moment before the clock says so.
  await vi.advanceTimersByTimeAsync(3_500);
  expect([watch.isTight, hasRoom]).toEqual([false, true]);
  watch.stop();
  vi.useRealTimers();
});
