import { describe, expect, it } from 'vitest';
import { parseTime } from './time-argument.ts';

const nowMs = Date.parse('2026-06-15T12:00:00Z');

describe('a point in time', () => {
  it.each([
    ['15m', '2026-06-15T11:45:00Z'],
    ['90s', '2026-06-15T11:58:30Z'],
    ['2h', '2026-06-15T10:00:00Z'],
    ['3d', '2026-06-12T12:00:00Z'],
    ['2026-06-01', '2026-06-01T00:00:00Z'],
    ['2026-06-01T08:30:00+02:00', '2026-06-01T06:30:00Z'],
    ['1767225600', '2026-01-01T00:00:00Z'],
    ['1767225600123', '2026-01-01T00:00:00.123Z'],
  ])('reads %s', (text, expected) => {
    expect(parseTime(text, nowMs)).toBe(Date.parse(expected));
  });

  it.each(['yesterday', '5', '5w', '2026-13-01', '2026', '', '-5m', '1e9'])('is not %j', (text) => {
    expect(parseTime(text, nowMs)).toBeUndefined();
  });
});
