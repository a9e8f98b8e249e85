import { expect, it } from 'vitest';
import { bucketOf, estimatePersons } from './summarize.ts';

it.each([0, 1, 10, 100, 1_000, 10_000])('estimates %i persons within 5 per cent', (persons) => {
  const buckets = new Set(Array.from({ length: persons }, (_, n) => bucketOf(`id:${n}`)));
  expect(Math.abs(estimatePersons(buckets.size) - persons)).toBeLessThanOrEqual(Math.ceil(persons * 0.05));
});
