import { expect, it } from 'vitest';
import { createRetries } from './retries.ts';

it('tries again after 5 minutes, doubled up to an hour, and at once after a success', () => {
  let nowMs = 0;
  const retries = createRetries(() => nowMs);
  const delays = Array.from({ length: 6 }, () => {
    expect(retries.isDue('day')).toBe(true);
    const dueAt = retries.failed('day');
    expect([retries.isDue('day'), retries.isDue('another'), retries.waiting]).toEqual([false, true, 1]);
    const delayMs = dueAt - nowMs;
    nowMs = dueAt;
    return delayMs / 60_000;
  });
  expect(delays).toEqual([5, 10, 20, 40, 60, 60]);
  retries.succeeded('day');
  expect([retries.isDue('day'), retries.waiting]).toEqual([true, 0]);
});
