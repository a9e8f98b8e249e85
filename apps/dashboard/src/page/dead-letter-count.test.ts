import { expect, it } from 'vitest';
import { operationsInAll } from './dead-letter-count.ts';

it('tells how many operations are behind dead letters only where they are packed', () => {
  expect(operationsInAll({ deadLetters: 10, operations: 1_000 })).toBe('1,000 operations in all');
  expect(operationsInAll({ deadLetters: 10, operations: 10 })).toBeUndefined();
});
