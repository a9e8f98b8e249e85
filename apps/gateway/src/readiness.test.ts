import { expect, it } from 'vitest';
import { spoolTrouble } from './readiness.ts';

type Codes = readonly ('SPOOL_FULL' | 'SPOOL_LOCKED' | undefined)[];

it.each<[codes: Codes, trouble: string | undefined]>([
  [[undefined], undefined],
  [['SPOOL_FULL'], 'SPOOL_FULL'],
  [['SPOOL_LOCKED', 'SPOOL_LOCKED'], 'SPOOL_LOCKED'],
  [['SPOOL_FULL', undefined], undefined],
  [[], undefined],
])('spools with the problems %j are in trouble: %s', (codes, trouble) => {
  const spools = new Map(codes.map((problemCode, index) => [`w${index}`, { problemCode }]));
  expect(spoolTrouble(spools)).toBe(trouble);
});
