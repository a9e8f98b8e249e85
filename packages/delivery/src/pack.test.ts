import { describe, expect, it } from 'vitest';
import { queued, track } from '../test/operations.ts';
import { type Item, itemOf } from './item.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { bodyBytesOf, pack } from './pack.ts';

function items(count: number, noteBytes = 0): Item[] {
  return Array.from({ length: count }, (_, index) =>
    itemOf({ index, queued: queued(track(`${index}`, 'n', { note: 'ü'.repeat(noteBytes / 2) })) }),
  );
}

function bodyOf(part: readonly Item[]): string {
  return JSON.stringify({ batch: part.map(({ op }) => op) });
}

describe('pack', () => {
  it('makes no request of nothing', () => {
    expect(pack([], DEFAULT_LIMITS)).toEqual([]);
  });

  it('puts at most 1,000 operations into a request, in order', () => {
    const all = items(2_300);
    const parts = pack(all, DEFAULT_LIMITS);
    expect(parts.map((part) => part.length)).toEqual([1_000, 1_000, 300]);
    expect(parts.flat()).toEqual(all);
  });

  it.each([0, 1_000, 10_000, 31_000])(
    'keeps bodies of operations with %i bytes of data below 500,000 bytes, and full',
    (noteBytes) => {
      const all = items(120, noteBytes);
      const parts = pack(all, DEFAULT_LIMITS);
      expect(parts.flat()).toEqual(all);
      for (const [index, part] of parts.entries()) {
        const bytes = Buffer.byteLength(bodyOf(part));
        expect(bytes).toBe(bodyBytesOf(part));
        expect(bytes).toBeLessThan(500_000);
        const [next] = parts[index + 1] ?? [];
        if (next !== undefined) expect(Buffer.byteLength(bodyOf([...part, next]))).toBeGreaterThanOrEqual(500_000);
      }
    },
  );

  it('fills a body to its last byte', () => {
    const [one, two] = items(2);
    if (one === undefined || two === undefined) throw new Error('expected two items');
    const both = Buffer.byteLength(bodyOf([one, two]));
    expect(pack([one, two], { ...DEFAULT_LIMITS, maxBodyBytes: both + 1 })).toHaveLength(1);
    expect(pack([one, two], { ...DEFAULT_LIMITS, maxBodyBytes: both })).toHaveLength(2);
  });

  it('sends an operation that is over the limit of one alone, in its place', () => {
    const [before, after] = items(2);
    const [large] = items(1, 33_000);
    if (before === undefined || large === undefined || after === undefined) throw new Error('expected three items');
    expect(pack([before, large, after], DEFAULT_LIMITS)).toEqual([[before], [large], [after]]);
  });
});
