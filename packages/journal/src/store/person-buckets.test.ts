import { expect, it } from 'vitest';
import { joinBuckets, PersonBuckets } from './person-buckets.ts';

function bucketsOf(from: number, to: number): PersonBuckets {
  const buckets = new PersonBuckets();
  for (let n = from; n < to; n += 1) buckets.add(`id:${n}`);
  return buckets;
}

it.each([0, 1, 10, 100, 1_000, 10_000])('estimates %i persons within 5 per cent', (persons) => {
  const estimate = bucketsOf(0, persons).estimate();
  expect(Math.abs(estimate - persons)).toBeLessThanOrEqual(Math.ceil(persons * 0.05));
});

it('counts a person of two days once', () => {
  const joined = joinBuckets(bucketsOf(0, 600).toString(), bucketsOf(400, 1_000).toString());
  expect(joined).toBe(bucketsOf(0, 1_000).toString());
});
