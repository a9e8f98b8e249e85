import { expect, it } from 'vitest';
import { BoundedMap } from './bounded-map.ts';

it('keeps what is used, and forgets what was not used for long', () => {
  const map = new BoundedMap<number>(100);
  map.set('used', -1);
  map.set('unused', -2);
  for (let n = 0; n < 1_000; n += 1) {
    map.set(`stranger ${n}`, n);
    expect(map.get('used')).toBe(-1);
  }
  expect(map.get('unused')).toBeUndefined();
});

it('holds no more than its capacity, and at least the last half of it', () => {
  const map = new BoundedMap<number>(100);
  for (let n = 0; n < 1_037; n += 1) map.set(`key ${n}`, n);
  // From the newest on: a look moves what it finds, so the others would be pushed out.
  const kept = Array.from({ length: 1_037 }, (_, n) => 1_036 - n).filter((n) => map.get(`key ${n}`) !== undefined);
  expect(kept.length).toBeLessThanOrEqual(100);
  expect(kept.slice(0, 50)).toEqual(Array.from({ length: 50 }, (_, n) => 1_036 - n));
});

it('has nothing of a key that was deleted, old or young', () => {
  const map = new BoundedMap<number>(4);
  map.set('a', 1);
  map.set('b', 2);
  map.set('a', 3);
  map.delete('a');
  expect(map.get('a')).toBeUndefined();
  expect(map.get('b')).toBe(2);
});

it('has the newest value of a key', () => {
  const map = new BoundedMap<number>(4);
  map.set('a', 1);
  map.set('b', 2);
  map.set('a', 3);
  expect(map.get('a')).toBe(3);
});
