import { describe, expect, it } from 'vitest';
import { formatDuration, formatTime } from './duration.ts';
import { formatBytes, formatCount, plural } from './numbers.ts';
import { printable } from './printable.ts';
import { formatTable } from './table.ts';

describe('a duration', () => {
  it.each([
    [0, '0 ms'],
    [850, '850 ms'],
    [1_000, '1 s'],
    [3_500, '3.5 s'],
    [59_400, '59 s'],
    [12 * 60_000, '12 min'],
    [5_400_000, '1.5 h'],
    [2 * 86_400_000, '2 d'],
  ])('of %i ms reads %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe('a time', () => {
  it('reads to the second, in UTC', () => {
    expect(formatTime(1_767_225_600_999)).toBe('2026-01-01 00:00:00Z');
  });

  it('that is none reads unknown', () => {
    expect(formatTime(Number.NaN)).toBe('unknown');
  });
});

describe('numbers', () => {
  it('have separators and a plural', () => {
    expect(formatCount(1_234_567)).toBe('1,234,567');
    expect(plural(1, 'operation')).toBe('1 operation');
    expect(plural(2_000, 'operation')).toBe('2,000 operations');
  });

  it.each([
    [512, '512 B'],
    [1_536, '1.5 KB'],
    [200 * 1_048_576, '200 MB'],
  ])('of bytes: %i is %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

describe('text from elsewhere', () => {
  it('loses what would move the cursor, colour the screen or reverse the text', () => {
    expect(printable('a\u001b[2Jb\nc\u202ed')).toBe('a·[2Jb·c·d');
  });

  it('is cut at its length', () => {
    expect(printable('abcdef', 4)).toBe('abc…');
  });
});

describe('a table', () => {
  it('sets numbers to the right and leaves no trailing spaces', () => {
    const columns = [{ title: 'NAME' }, { title: 'COUNT', align: 'right' as const }, { title: 'NOTE' }];
    expect(
      formatTable(columns, [
        ['a', '1', ''],
        ['longer', '12345678', 'x'],
      ]),
    ).toEqual(['NAME       COUNT  NOTE', 'a              1', 'longer  12345678  x']);
  });
});
