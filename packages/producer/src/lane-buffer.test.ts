import { expect, it } from 'vitest';
import type { BufferedOperation } from './buffered-operation.ts';
import { MemoryLaneBuffer } from './lane-buffer.ts';

const operation = (number: number, bytes = 10): BufferedOperation => ({
  laneKey: 'id:1',
  verb: 'track',
  erases: false,
  tail: '',
  bytes,
  number,
  calledAtMs: 0,
  id: undefined,
  atMs: 0,
  hasRedisTime: false,
  settle: undefined,
});
const numbers = (operations: readonly BufferedOperation[]) => operations.map(({ number }) => number);

it('gives operations back in order, bounded by count', () => {
  const buffer = new MemoryLaneBuffer();
  for (let number = 0; number < 5; number += 1) buffer.add(operation(number));
  expect(numbers(buffer.take({ maxOperations: 3, maxBytes: 1_000 }))).toEqual([0, 1, 2]);
  expect(buffer.size).toBe(2);
  expect(numbers(buffer.take({ maxOperations: 3, maxBytes: 1_000 }))).toEqual([3, 4]);
  expect(buffer.take({ maxOperations: 3, maxBytes: 1_000 })).toEqual([]);
});

it('bounds a take by bytes with their commas, and gives one that is larger alone', () => {
  const buffer = new MemoryLaneBuffer();
  for (const [number, bytes] of [500, 40, 40, 40].entries()) buffer.add(operation(number, bytes));
  const limits = { maxOperations: 100, maxBytes: 100 };
  expect(numbers(buffer.take(limits))).toEqual([0]);
  expect(numbers(buffer.take(limits))).toEqual([1, 2]);
  expect(numbers(buffer.take(limits))).toEqual([3]);
});

it('keeps the order over many takes and adds', () => {
  const buffer = new MemoryLaneBuffer();
  const seen: number[] = [];
  for (let number = 0; number < 10_000; number += 1) {
    buffer.add(operation(number));
    if (number % 3 === 0) seen.push(...numbers(buffer.take({ maxOperations: 2, maxBytes: 1_000 })));
  }
  seen.push(...numbers(buffer.take({ maxOperations: 10_000, maxBytes: 1e9 })));
  expect(seen).toEqual([...Array(10_000).keys()]);
});
