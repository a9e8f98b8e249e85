import { expect, it } from 'vitest';
import { findFlooders } from './find-flooders.ts';

const LIMITS = { laneMaxBytes: 1_000, share: 0.25 };
const FILLING = { fullestLaneBytes: 300, acceptedPerSecond: 200, deliveredPerSecond: 100 };
const find = (load: Partial<typeof FILLING>, bySource: Readonly<Record<string, number>>) => [
  ...findFlooders({ ...FILLING, ...load }, new Map(Object.entries(bySource)), LIMITS),
];

it.each<[string, Partial<typeof FILLING>, Record<string, number>, string[]]>([
  ['the one that sends nearly everything', {}, { a: 990, b: 10 }, ['a']],
  ['nobody who is alone', {}, { a: 1_000 }, []],
  ['nobody of two of whom one sends twice as much', {}, { a: 66, b: 33 }, []],
  ['one of ten that sends more than 55 %', {}, { a: 60, b: 5, c: 5, d: 5, e: 5, f: 4, g: 4, h: 4, i: 4, j: 4 }, ['a']],
  ['nobody while the lanes are nearly empty', { fullestLaneBytes: 250 }, { a: 990, b: 10 }, []],
  ['nobody while nothing is delivered, which is an outage', { deliveredPerSecond: 0 }, { a: 990, b: 10 }, []],
  ['nobody while a backlog shrinks', { deliveredPerSecond: 300 }, { a: 990, b: 10 }, []],
  ['nobody where nobody sent anything', {}, {}, []],
])('slows down %s', (_who, load, bySource, expected) => {
  expect(find(load, bySource)).toEqual(expected);
});
