import { collectGarbage } from '@cio-fleet/testkit';
import { expect, it } from 'vitest';
import { Fifo } from './fifo.ts';

it('gives items back in order over many adds, takes and returns', () => {
  const fifo = new Fifo<number>();
  const seen: number[] = [];
  for (let number = 0; number < 10_000; number += 1) {
    fifo.add(number);
    if (number % 7 === 0) fifo.putBack(fifo.take(3));
    if (number % 3 === 0) seen.push(...fifo.take(2));
  }
  expect(fifo.at(0)).toBe(seen.length);
  seen.push(...fifo.take(fifo.size));
  expect(seen).toEqual([...Array(10_000).keys()]);
  expect([fifo.size, fifo.at(0), fifo.take(1)]).toEqual([0, undefined, []]);
});

it('lets go of what was taken while others still wait', async () => {
  const fifo = new Fifo<object>();
  const references = Array.from({ length: 1_000 }, () => {
    const item = {};
    fifo.add(item);
    return new WeakRef(item);
  });
  fifo.take(900);
  await collectGarbage();
  expect(references.filter((reference) => reference.deref() !== undefined)).toHaveLength(100);
  expect(fifo.size).toBe(100);
});
