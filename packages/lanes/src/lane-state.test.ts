import { describe, expect, it } from 'vitest';
import { ACCEPTED_AT, event } from '../test/fixtures/operations.ts';
import { DEFAULT_LANE_POLICY } from './lane-policy.ts';
import { isOverflowing } from './lane-state.ts';

const policy = { ...DEFAULT_LANE_POLICY, laneMaxBytes: 1000, laneMaxAgeMs: 60_000 };

function overflows(waitingBytes: number, ageMs: number, redrivenAgoMs?: number): boolean {
  const nowMs = ACCEPTED_AT + ageMs;
  const redriven = redrivenAgoMs === undefined ? {} : { redrives: 1, redrivenAt: nowMs - redrivenAgoMs };
  const operations = [event('ada', 1, redriven)];
  const batch = { head: { id: 'head', operations }, followers: [], operations, laneKeys: ['id:ada'] };
  return isOverflowing({ batch, begin: { waitingBytes }, policy, nowMs });
}

describe('a lane overflows', () => {
  it.each([
    { what: 'not while it is small and young', bytes: 1000, ageMs: 60_000, expected: false },
    { what: 'by its bytes', bytes: 1001, ageMs: 0, expected: true },
    { what: 'by the age of its oldest operation', bytes: 0, ageMs: 60_001, expected: true },
    { what: 'not by the age of what was redriven lately', bytes: 0, ageMs: 9e9, redriven: 1000, expected: false },
  ])('$what', ({ bytes, ageMs, redriven, expected }) => {
    expect(overflows(bytes, ageMs, redriven)).toBe(expected);
  });
});
