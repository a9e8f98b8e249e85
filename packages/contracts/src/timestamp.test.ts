import { describe, expect, it } from 'vitest';
import { toUnixSeconds } from './timestamp.ts';

const NOW_MS = Date.UTC(2026, 1, 25);
const SECONDS = 1_772_013_598;

const seconds = (value: unknown) => {
  const time = toUnixSeconds(value, ['timestamp'], NOW_MS);
  return time.ok ? time.seconds : time.refusal.code;
};

describe('toUnixSeconds', () => {
  it.each<[what: string, value: unknown, expected: number]>([
    ['unix seconds', SECONDS, SECONDS],
    ['unix seconds with decimals', SECONDS + 0.9, SECONDS],
    ['milliseconds', SECONDS * 1000 + 999, SECONDS],
    ['unix seconds as text', String(SECONDS), SECONDS],
    ['milliseconds as text', `${SECONDS}123`, SECONDS],
    ['a Date', new Date(SECONDS * 1000 + 999), SECONDS],
    ['ISO 8601 text in UTC', '2026-02-25T09:59:58Z', SECONDS],
    ['ISO 8601 text with milliseconds', '2026-02-25T09:59:58.999Z', SECONDS],
    ['ISO 8601 text with microseconds', '2026-02-25T09:59:58.999999Z', SECONDS],
    ['ISO 8601 text with an offset', '2026-02-25T11:59:58+02:00', SECONDS],
    ['ISO 8601 text with an offset without colon', '2026-02-25T11:59:58+0200', SECONDS],
    ['ISO 8601 text without seconds', '2026-02-25T09:59Z', SECONDS - 58],
    ['a date alone', '2026-02-25', Date.UTC(2026, 1, 25) / 1000],
    ['the first moment', 0, 0],
    ['the first moment, negative zero', -0, 0],
    ['the last moment, 10 years ahead', NOW_MS / 1000 + 3650 * 86_400, NOW_MS / 1000 + 3650 * 86_400],
  ])('reads %s', (_, value, expected) => {
    expect(seconds(value)).toBe(expected);
  });

  it('takes text without an offset as UTC, whatever the time zone of the machine', () => {
    expect(seconds('2026-02-25T09:59:58')).toBe(SECONDS);
    expect(seconds('2026-02-25 09:59:58')).toBe(SECONDS);
  });

  it('takes the internal time of a Date whose methods lie', () => {
    const date = Object.assign(new Date(SECONDS * 1000), { getTime: () => 1, valueOf: () => 2 });
    expect(seconds(date)).toBe(SECONDS);
  });

  it.each<[what: string, value: unknown]>([
    ['NaN', Number.NaN],
    ['an invalid Date', new Date('never')],
    ['prose', 'yesterday'],
    ['empty text', ''],
    ['text that Date.parse would guess at', 'Feb 25 2026'],
    ['a day that no month has', '2026-02-41'],
    ['a very long text', '2'.repeat(1_000_000)],
    ['null', null],
    ['undefined', undefined],
    ['true', true],
    ['a BigInt', 1772013598n],
    ['an object that looks like a Date', { getTime: () => SECONDS * 1000 }],
    ['a proxy of a Date', new Proxy(new Date(), {})],
  ])('refuses %s as no time', (_, value) => {
    expect(seconds(value)).toBe('TIMESTAMP_INVALID');
  });

  it.each<[what: string, value: unknown]>([
    ['a time before 1970', -1],
    ['a Date before 1970', new Date(-1)],
    ['a time more than 10 years ahead', NOW_MS / 1000 + 3651 * 86_400],
    ['microseconds', SECONDS * 1e6],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['-Infinity', Number.NEGATIVE_INFINITY],
  ])('refuses %s as out of range', (_, value) => {
    expect(seconds(value)).toBe('TIMESTAMP_OUT_OF_RANGE');
  });

  it('tells the path, and never the value', () => {
    const time = toUnixSeconds('secret', ['device', 'last_used'], NOW_MS);
    expect(time).toMatchObject({ ok: false, refusal: { path: 'device.last_used', received: 'text of 6 bytes' } });
    expect(JSON.stringify(time)).not.toContain('secret');
  });
});
