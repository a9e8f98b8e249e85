import { expect, it } from 'vitest';
import { DAY_MS, dayOf, daysAround, isExpired, startOfDay } from './days.ts';

const NOON = Date.parse('2026-03-01T12:00:00Z');

it('makes three days ahead, and behind no more than are kept', () => {
  expect(daysAround(NOON, 5)).toEqual([
    '2026-02-25',
    '2026-02-26',
    '2026-02-27',
    '2026-02-28',
    '2026-03-01',
    '2026-03-02',
    '2026-03-03',
    '2026-03-04',
  ]);
  expect(daysAround(NOON, 1)[0]).toBe('2026-03-01');
  expect(daysAround(NOON, 3_650)).toHaveLength(18);
});

it('keeps exactly the days of retention, today included, to the last millisecond', () => {
  expect(isExpired('2026-02-28', NOON, 2)).toBe(false);
  expect(isExpired('2026-02-27', NOON, 2)).toBe(true);
  const lastMs = startOfDay('2026-03-01') + DAY_MS - 1;
  expect(dayOf(lastMs)).toBe('2026-03-01');
  expect(isExpired('2026-02-28', lastMs, 2)).toBe(false);
  expect(isExpired('2026-02-28', lastMs + 1, 2)).toBe(true);
});
