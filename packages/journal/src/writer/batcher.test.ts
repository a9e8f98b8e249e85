import { expect, it } from 'vitest';
import type { StoredRow } from '../row.ts';
import { createBatcher } from './batcher.ts';

const rows = (count: number) => Array.from({ length: count }, () => ({}) as StoredRow);

function setUp(parallel = 1) {
  const written: number[] = [];
  const pending: PromiseWithResolvers<void>[] = [];
  const batcher = createBatcher({
    maxRows: 10,
    maxBytes: 1_000,
    parallel,
    write(batch) {
      written.push(batch.length);
      const done = Promise.withResolvers<void>();
      pending.push(done);
      return done.promise;
    },
  });
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  return { written, pending, batcher, turn };
}

it('writes a lone pack at once, and puts together what arrives meanwhile', async () => {
  const { written, pending, batcher, turn } = setUp();
  const first = batcher.add(rows(2), 10);
  await turn();
  const others = [batcher.add(rows(3), 10), batcher.add(rows(4), 10), batcher.add(rows(5), 10)];
  await turn();
  expect(written).toEqual([2]);
  pending[0]?.resolve();
  await first;
  await turn();
  expect(written).toEqual([2, 7]);
  pending[1]?.resolve();
  await turn();
  expect(written).toEqual([2, 7, 5]);
  pending[2]?.resolve();
  await Promise.all(others);
});

it('bounds a batch by bytes, but writes a larger pack alone', async () => {
  const { written, pending, batcher, turn } = setUp(9);
  void batcher.add(rows(1), 600);
  void batcher.add(rows(2), 600);
  void batcher.add(rows(50), 5_000);
  await turn();
  expect(written).toEqual([1, 2, 50]);
  for (const { resolve } of pending) resolve();
});

it('tells those of a batch that fails, and goes on with the next', async () => {
  const { pending, batcher, turn } = setUp();
  const first = batcher.add(rows(1), 1);
  await turn();
  const second = batcher.add(rows(1), 1);
  pending[0]?.reject(new Error('gone'));
  await expect(first).rejects.toThrow('gone');
  await turn();
  pending[1]?.resolve();
  await second;
});
