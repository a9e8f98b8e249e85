import { expect, it } from 'vitest';
import { createRepeats } from './repeats.ts';

const caller = { workspace: 'shop', keyId: 'k1' };
const event = (name: string) => ({ type: 'person', action: 'event', identifiers: { id: '1' }, name });

it('gives each operation back once, in the order in which equal ones came', () => {
  const repeats = createRepeats();
  repeats.remember(caller, event('a'), 'durable');
  repeats.remember(caller, event('a'), 'retained');
  expect([1, 2, 3].map(() => repeats.take(caller, event('a')))).toEqual(['durable', 'retained', undefined]);
});

it('tells callers apart, and contents', () => {
  const repeats = createRepeats();
  repeats.remember(caller, event('a'), 'durable');
  expect(repeats.take({ ...caller, keyId: 'k2' }, event('a'))).toBeUndefined();
  expect(repeats.take({ ...caller, workspace: 'app' }, event('a'))).toBeUndefined();
  expect(repeats.take(caller, event('b'))).toBeUndefined();
  expect(repeats.take(caller, event('a'))).toBe('durable');
});

it('forgets after its window', () => {
  let nowMs = 0;
  const repeats = createRepeats({ windowMs: 100, now: () => nowMs });
  repeats.remember(caller, event('a'), 'durable');
  repeats.remember(caller, event('b'), 'durable');
  nowMs = 101;
  expect(repeats.take(caller, event('a'))).toBeUndefined();
});

it('keeps a bounded number, the newest', () => {
  const repeats = createRepeats({ maxOperations: 2 });
  for (const name of ['a', 'b', 'c']) repeats.remember(caller, event(name), 'durable');
  expect(['a', 'b', 'c'].map((name) => repeats.take(caller, event(name)))).toEqual([undefined, 'durable', 'durable']);
});

it('does not remember what may be done twice without harm', () => {
  const repeats = createRepeats();
  const identify = { type: 'person', action: 'identify', identifiers: { id: '1' } };
  repeats.remember(caller, identify, 'durable');
  expect(repeats.take(caller, identify)).toBeUndefined();
});
