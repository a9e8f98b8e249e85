import { expect, it } from 'vitest';
import { TopNames } from './top-names.ts';

it('counts exactly while there is room', () => {
  const names = new TopNames(3);
  for (const name of ['a', 'b', 'a', 'c', 'a', 'b']) names.add(name);
  expect(names.top(2)).toEqual([
    { name: 'a', count: 3 },
    { name: 'b', count: 2 },
  ]);
});

it('finds the frequent name among ten thousand that come once, with a count that errs upwards only', () => {
  const names = new TopNames(16);
  for (let index = 0; index < 10_000; index += 1) {
    names.add(`once ${index}`);
    if (index % 5 === 0) names.add('often');
  }
  const [first] = names.top(1);
  expect(first?.name).toBe('often');
  expect(first?.count).toBeGreaterThanOrEqual(2_000);
  expect(names.top(100)).toHaveLength(16);
});
