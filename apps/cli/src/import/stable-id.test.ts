import { isUlid } from '@cio-fleet/contracts';
import { describe, expect, it } from 'vitest';
import { newImportSeed, stableUlid } from './stable-id.ts';

describe('the id of an imported event', () => {
  const seed = { startedAtMs: 1_767_225_600_000, salt: 123_456_789 };

  it('is a ULID, the same for the same line', () => {
    expect(isUlid(stableUlid(seed, 0))).toBe(true);
    expect(stableUlid(seed, 4_096)).toBe(stableUlid({ ...seed }, 4_096));
  });

  it('sorts by the place in the file, to a terabyte', () => {
    const ids = [0, 31, 32, 70_000, 2 ** 40 - 1].map((offset) => stableUlid(seed, offset));
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('differs between imports', () => {
    const now = 1_767_225_600_000;
    expect(stableUlid(newImportSeed(now), 0)).not.toBe(stableUlid(newImportSeed(now), 0));
  });
});
