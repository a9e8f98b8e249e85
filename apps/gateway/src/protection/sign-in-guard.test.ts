import { expect, it } from 'vitest';
import { createSignInGuard } from './sign-in-guard.ts';

function setUp() {
  let nowMs = 0;
  const guard = createSignInGuard(() => nowMs);
  const fail = (address: string, times: number) => {
    for (let count = 0; count < times; count += 1) guard.failed(address);
  };
  return { guard, fail, pass: (ms: number) => (nowMs += ms) };
}

it('believes an address until a hundred wrong credentials came from it within a minute', () => {
  const { guard, fail } = setUp();
  fail('a', 99);
  expect(guard.refusal('a')).toBeUndefined();
  fail('a', 1);
  expect(guard.refusal('a')).toBe(60);
  expect(guard.refusal('b')).toBeUndefined();
});

it('believes it again when the minute is over', () => {
  const { guard, fail, pass } = setUp();
  fail('a', 100);
  pass(60_000);
  expect(guard.refusal('a')).toBeUndefined();
});

it('goes on believing a key that was right from there before, and no other', () => {
  const { guard, fail } = setUp();
  guard.succeeded('a', 'acme/shop');
  fail('a', 100);
  expect(guard.refusal('a', 'acme/shop')).toBeUndefined();
  expect(guard.refusal('a', 'acme/cron')).toBeGreaterThan(0);
});

it('tracks a bounded number of addresses', () => {
  const { guard, fail } = setUp();
  fail('first', 100);
  for (let count = 0; count < 10_000; count += 1) guard.failed(`10.0.${count >> 8}.${count & 255}`);
  expect(guard.refusal('first')).toBeUndefined();
});
