import { newUlid } from '@cio-fleet/contracts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { JournalRow } from './row.ts';
import { stepOf, toUuid, uuidToUlid } from './row-key.ts';

const row = (facts: Partial<JournalRow>): JournalRow => ({
  time: 1,
  workspace: 'default',
  outcome: 'delivered',
  action: 'track',
  ...facts,
});

it('keeps all bits of a ULID in its UUID, and their order', () => {
  const ids = ['00000000000000000000000000', '7ZZZZZZZZZZZZZZZZZZZZZZZZZ', ...Array.from({ length: 200 }, newUlid)];
  for (const id of ids) expect(uuidToUlid(toUuid(id))).toBe(id);
  expect(toUuid('7ZZZZZZZZZZZZZZZZZZZZZZZZZ')).toBe('ffffffff-ffff-ffff-ffff-ffffffffffff');
  const sorted = ids.toSorted();
  expect(sorted.map(toUuid)).toEqual(sorted.map(toUuid).toSorted());
});

it('makes a UUID of any text, the same each time', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(toUuid(text)).toBe(toUuid(text));
      expect(toUuid(text)).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    }),
  );
});

it('takes what is no count for none, instead of a step that no store has a number for', () => {
  for (const occurrence of [Number.NaN, Number.POSITIVE_INFINITY, 0.5]) {
    expect(stepOf(row({ occurrence }))).toBe(stepOf(row({ occurrence: 0 })));
  }
  expect(stepOf(row({ outcome: 'failed', attempts: Number.NaN }))).toBe(
    stepOf(row({ outcome: 'failed', attempts: 0 })),
  );
});

it('gives a repeat of an outcome the same step, and each attempt, redrive and stay in fallback its own', () => {
  const steps = [
    row({}),
    row({ redrives: 1 }),
    row({ outcome: 'dead-lettered' }),
    row({ outcome: 'failed', attempts: 1 }),
    row({ outcome: 'failed', attempts: 2 }),
    row({ outcome: 'failed', attempts: 1, lane: 'fallback' }),
    row({ outcome: 'failed', attempts: 1, redrives: 1 }),
    row({ outcome: 'webhook', occurrence: 5 }),
  ].map(stepOf);
  expect(new Set(steps).size).toBe(steps.length);
  expect(stepOf(row({ time: 9, worker: 'other' }))).toBe(stepOf(row({})));
});
