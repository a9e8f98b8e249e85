import { expect, it } from 'vitest';
import { failureFingerprint, normalizeReason } from './failure-fingerprint.ts';

it.each([
  ['person ada@example.com is unknown', 'person <email> is unknown'],
  ['event 01JD5V2E9K8QW3N7XH4TZRM6PB of 12 failed after 3.5 s', 'event <id> of <n> failed after <n>.<n> s'],
  ['field "plan" has the value \'gold\'', 'field <value> has the value <value>'],
  ['request 9f86d081884c7d659a2feaa0c55ad015 refused', 'request <id> refused'],
  ['id 123e4567-e89b-12d3-a456-426614174000 taken', 'id <id> taken'],
])('normalises %j to %j', (reason, normalized) => {
  expect(normalizeReason(reason)).toBe(normalized);
});

it('is the same for failures that differ in ids only, and another for another action, status or code', () => {
  const facts = { action: 'track', status: 400, errorCode: 'REJECTED', reason: 'person 42 is unknown' };
  const same = failureFingerprint({ ...facts, reason: 'person 4711 is unknown' });
  expect(failureFingerprint(facts)).toBe(same);
  const others = [{ action: 'identify' }, { status: 422 }, { errorCode: 'TOO_LARGE' }, { reason: 'no name' }];
  for (const other of others) expect(failureFingerprint({ ...facts, ...other })).not.toBe(same);
});

it('normalises a hostile reason in no time', () => {
  const startedAtMs = performance.now();
  for (const reason of ['"'.repeat(100_000), 'a@'.repeat(50_000), "'x".repeat(50_000), '1-'.repeat(50_000)]) {
    normalizeReason(reason);
  }
  expect(performance.now() - startedAtMs).toBeLessThan(1_000);
});
