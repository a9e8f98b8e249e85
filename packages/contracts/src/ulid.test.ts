import { describe, expect, it } from 'vitest';
import { createUlidFactory, isUlid, newUlid, ulidTime } from './ulid.ts';

describe('ULIDs', () => {
  it('a fresh one is a ULID, and no two are equal', () => {
    const ids = Array.from({ length: 1_000 }, newUlid);
    expect(ids.every(isUlid)).toBe(true);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('those of one factory sort as minted, within a millisecond and when the clock steps back', () => {
    const mint = createUlidFactory();
    const ids = [1_000, 1_000, 1_000, 900, 1_001, 1_001].map((atMs) => mint(atMs));
    expect(ids).toEqual(ids.toSorted());
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each([
    '01hb4hbdktfwyzck01dmrswrfd',
    '81HB4HBDKTFWYZCK01DMRSWRFD',
    '01HB4HBDKTFWYZCK01DMRSWRF',
    '01HB4HBDKTFWYZCK01DMRSWRFI',
    '01HB4HBDKTFWYZCK01DMRSWRFD\n',
    '',
    42,
    null,
  ])('%j is none', (value) => {
    expect(isUlid(value)).toBe(false);
  });
});

it.each([
  ['before all ULIDs', -1, '0000000000'],
  ['the first', 0, '0000000000'],
  ['the last', 2 ** 48 - 1, '7ZZZZZZZZZ'],
  ['after all ULIDs', Number.MAX_SAFE_INTEGER, '7ZZZZZZZZZ'],
])('the time of an instant that is %s is one that a ULID can tell', (_, atMs, time) => {
  expect(ulidTime(atMs)).toBe(time);
});
