import { expect, it } from 'vitest';
import { merge } from './fetch-file.ts';

it('asks for what is near to each other at once', () => {
  const mb = 1024 * 1024;
  expect(merge([])).toEqual([]);
  expect(
    merge([
      { from: 4, to: 100 },
      { from: 50, to: 80 },
      { from: 1_000, to: 2_000 },
      { from: 9 * mb, to: 10 * mb },
    ]),
  ).toEqual([
    { from: 4, to: 2_000 },
    { from: 9 * mb, to: 10 * mb },
  ]);
});
