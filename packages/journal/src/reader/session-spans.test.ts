import { expect, it } from 'vitest';
import { spansOf } from './session-spans.ts';

const notices = [
  { time: 30, sessionId: 'B' },
  { time: 10, sessionId: 'A' },
  { time: 50, sessionId: 'A' },
];

it('gives a session what came from each of its notices to the next, and the first session also what came before', () => {
  expect(spansOf(notices, 'A')).toEqual([
    { from: Number.NEGATIVE_INFINITY, to: 30 },
    { from: 50, to: Number.POSITIVE_INFINITY },
  ]);
  expect(spansOf(notices, 'B')).toEqual([{ from: 30, to: 50 }]);
  expect(spansOf(notices, 'C')).toEqual([]);
});
