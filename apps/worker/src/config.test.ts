import { parseConfig } from '@cio-fleet/lifecycle';
import { expect, it } from 'vitest';
import { safeTimes, workerSchema } from './config.ts';

function timesOf(env: Record<string, string>) {
  const parsed = parseConfig(workerSchema, env);
  if (!parsed.ok) throw new Error(parsed.problems.join('; '));
  return safeTimes(parsed.config);
}

it('leaves the defaults as they are', () => {
  expect(timesOf({})).toEqual({ requestTimeoutMs: 5000, watchdogMs: 30_000, changes: [] });
});

it('lowers the request time-out to a third of a shorter lock, and says so', () => {
  const { requestTimeoutMs, changes } = timesOf({ CIO_FLEET_LOCK_MS: '3000' });
  expect(requestTimeoutMs).toBe(1000);
  expect(changes).toEqual(['CIO_FLEET_REQUEST_TIMEOUT_MS lowered to 1000, a third of CIO_FLEET_LOCK_MS']);
});

it('raises the watchdog to three of a longer stalled check, and says so', () => {
  const { watchdogMs, changes } = timesOf({ CIO_FLEET_STALLED_CHECK_MS: '15000' });
  expect(watchdogMs).toBe(45_000);
  expect(changes).toEqual(['CIO_FLEET_WATCHDOG_MS raised to 45000, three times CIO_FLEET_STALLED_CHECK_MS']);
});
