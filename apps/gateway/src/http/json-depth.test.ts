import { expect, it } from 'vitest';
import { isDeeperThan } from './json-depth.ts';

const nested = (levels: number) => Buffer.from(`${'['.repeat(levels)}${']'.repeat(levels)}`);

it.each([
  [nested(32), 32, false],
  [nested(33), 32, true],
  [nested(1_000_000), 32, true],
  [Buffer.from('{"a":{"b":[1]}}'), 3, false],
  [Buffer.from('{"a":{"b":[1]}}'), 2, true],
  [Buffer.from('["[[[[","\\"[[[[","\\\\",{"k":"{{{"}]'), 2, false],
  [Buffer.from('["ends in the middle of [[['), 1, false],
  [Buffer.from('[[],[],[],[]]'), 2, false],
  [Buffer.from(`["${'\\'.repeat(7)}"[[[["]`), 1, false],
  [Buffer.from(`["${'\\'.repeat(8)}",[[["]`), 2, true],
])('tells the depth of case %#', (json, maxDepth, expected) => {
  expect(isDeeperThan(json, maxDepth)).toBe(expected);
});
