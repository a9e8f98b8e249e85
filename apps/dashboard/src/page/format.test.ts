import { expect, it } from 'vitest';
import { formatBytes, formatDuration, formatRanges, formatRate } from './format.ts';

it.each([
  [null, '–'],
  [0, '0 ms'],
  [999, '999 ms'],
  [12_345, '12 s'],
  [185_000, '3 m 05 s'],
  [7_620_000, '2 h 07 m'],
  [356_400_000, '4 d 3 h'],
])('writes a duration of %j ms as %j', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

it.each([
  [null, '–'],
  [640, '640 B'],
  [12_400, '12 KB'],
  [3_400_000, '3.4 MB'],
])('writes %j bytes as %j', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

it.each([
  [[], '–'],
  [[0], '0'],
  [[0, 1, 2, 3, 6], '0-3, 6'],
])('writes %j as %j', (numbers, text) => {
  expect(formatRanges(numbers)).toBe(text);
});

it('writes rates with three digits', () => {
  expect([0, 0.254, 1234.5].map(formatRate)).toEqual(['0', '0.254', '1,230']);
});
