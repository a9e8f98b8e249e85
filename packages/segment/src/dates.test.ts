import { expect, it } from 'vitest';
import { isoMs, withUnixDates } from './dates.ts';

it.each<[text: string, expected: string | undefined]>([
  ['2026-02-25', '2026-02-25T00:00:00.000Z'],
  ['2026-02-25T10:00', '2026-02-25T10:00:00.000Z'],
  ['2026-02-25T10:00:05', '2026-02-25T10:00:05.000Z'],
  ['2026-02-25T10:00:05.123456789Z', '2026-02-25T10:00:05.123Z'],
  ['2026-02-25T10:00:05+02:00', '2026-02-25T08:00:05.000Z'],
  ['2026-02-25T10:00:05-0230', '2026-02-25T12:30:05.000Z'],
  ['1985-03-02', '1985-03-02T00:00:00.000Z'],
  ['1885-03-02', '1885-03-02T00:00:00.000Z'],
  ['2026-13-01', undefined],
  ['2026-02-25 10:00', undefined],
  ['20260225', undefined],
  ['2026-02', undefined],
  ['see 2026-02-25', undefined],
  ['1772013598', undefined],
  ['', undefined],
])('the date in %j is %j', (text, expected) => {
  const ms = isoMs(text);
  expect(ms === undefined ? undefined : new Date(ms).toISOString()).toBe(expected);
});

it('replaces dates in objects however deep, not in lists, and leaves all else', () => {
  const value = { day: '2026-02-25', more: { day: '2026-02-25', list: ['2026-02-25'] }, n: 1, none: null, text: 'x' };
  const seconds = 1_771_977_600;
  const expected = { day: seconds, more: { day: seconds, list: ['2026-02-25'] }, n: 1, none: null, text: 'x' };
  expect(withUnixDates(value)).toEqual(expected);
});

it('ends on values that contain themselves', () => {
  const value: Record<string, unknown> = { day: '2026-02-25' };
  value.self = value;
  expect(() => withUnixDates(value)).not.toThrow();
});
