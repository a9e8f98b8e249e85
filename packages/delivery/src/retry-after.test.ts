import { describe, expect, it } from 'vitest';
import { readRetryAfter } from './retry-after.ts';

const NOW_MS = Date.parse('2026-01-01T00:00:00Z');

describe('readRetryAfter', () => {
  it.each([
    ['7', 7_000],
    ['0', 0],
    ['1.5', 1_500],
    ['Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
    ['86400', 300_000],
    ['soon', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('reads %j as %j ms', (header, delayMs) => {
    expect(readRetryAfter(header, NOW_MS)).toBe(delayMs);
  });
});
