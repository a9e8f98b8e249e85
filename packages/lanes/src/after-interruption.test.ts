import type { Interruption } from '@cio-fleet/delivery';
import { describe, expect, it } from 'vitest';
import { afterInterruption, type InterruptionInput } from './after-interruption.ts';
import { type HeadProgress, NO_PROGRESS } from './head-progress.ts';
import { DEFAULT_LANE_POLICY } from './lane-policy.ts';

const error = { code: 'HTTP_503', message: 'Service Unavailable', statusCode: 503 };
const transient: Interruption = { kind: 'transient', error };
const throttled: Interruption = { kind: 'throttled', error };
const setup: Interruption = { kind: 'setup', error };

function next(interruption: Interruption, more: Partial<InterruptionInput> = {}) {
  return afterInterruption({
    interruption,
    role: 'lane',
    progress: NO_PROGRESS,
    circuit: 'CLOSED',
    overflowing: false,
    policy: DEFAULT_LANE_POLICY,
    nowMs: 1000,
    // The upper end of the jitter, so that the ceilings show.
    random: () => 1,
    ...more,
  });
}

const after = (more: Partial<HeadProgress>): HeadProgress => ({ ...NO_PROGRESS, ...more });
const lastError = { ...error, at: 1000 };

describe('a lane', () => {
  it.each([
    { interruption: { kind: 'stale' }, expected: { kind: 'wait', delayMs: 0 } },
    { interruption: { kind: 'aborted' }, expected: { kind: 'wait', delayMs: 0 } },
  ] as const)('starts again at once and notes nothing after $interruption.kind', ({ interruption, expected }) => {
    expect(next(interruption)).toEqual(expected);
  });

  it.each([
    { attempts: 0, delayMs: 1000 },
    { attempts: 1, delayMs: 2000 },
    { attempts: 2, delayMs: 4000 },
  ])('waits at most $delayMs ms after failed attempt number $attempts + 1', ({ attempts, delayMs }) => {
    expect(next(transient, { progress: after({ attempts }) })).toEqual({
      kind: 'wait',
      delayMs,
      progress: after({ attempts: attempts + 1, lastError }),
    });
  });

  it('moves what is left to fallback when its retries are spent', () => {
    expect(next(transient, { progress: after({ attempts: 3 }) })).toEqual({
      kind: 'move',
      progress: after({ attempts: 4, lastError }),
    });
  });

  it('moves at once when the circuit opened under it, without using an attempt', () => {
    expect(next({ kind: 'circuit-open' }, { circuit: 'OPEN' })).toEqual({ kind: 'move', progress: NO_PROGRESS });
  });

  it('waits a moment, without moving, while one probe decides about a half-open circuit', () => {
    expect(next({ kind: 'circuit-open' }, { circuit: 'HALF_OPEN' })).toEqual({ kind: 'wait', delayMs: 100 });
  });

  it('waits as long as Customer.io asks when throttled, and uses no attempt', () => {
    expect(next({ ...throttled, retryAfterMs: 7000 })).toEqual({
      kind: 'wait',
      delayMs: 7000,
      progress: after({ throttles: 1, lastError }),
    });
  });

  it('never waits longer than the cap, however long Customer.io asks', () => {
    expect(next({ ...throttled, retryAfterMs: 3_600_000 })).toMatchObject({
      delayMs: DEFAULT_LANE_POLICY.laneDelayCapMs,
    });
  });

  it.each([
    { throttles: 0, delayMs: 1000 },
    { throttles: 3, delayMs: 8000 },
    { throttles: 20, delayMs: 60_000 },
  ])('backs off $delayMs ms at most when throttled without Retry-After after $throttles times', (row) => {
    expect(next(throttled, { progress: after({ throttles: row.throttles }) })).toMatchObject({ delayMs: row.delayMs });
  });

  it.each([
    { setups: 0, delayMs: 1000 },
    { setups: 2, delayMs: 4000 },
    { setups: 9, delayMs: 5000 },
  ])('asks again within $delayMs ms after credentials were refused $setups times before', ({ setups, delayMs }) => {
    expect(next(setup, { progress: after({ setups }) })).toEqual({
      kind: 'wait',
      delayMs,
      progress: after({ setups: setups + 1, lastError }),
    });
  });

  it.each([throttled, setup])(
    'that overflows moves to fallback after $kind, and sends nothing for a while all the same',
    (interruption) => {
      expect(next(interruption, { overflowing: true })).toMatchObject({ kind: 'move', delayMs: 1000 });
    },
  );

  it('that overflows still retries a transient failure first', () => {
    expect(next(transient, { overflowing: true })).toMatchObject({ kind: 'wait' });
  });
});

describe('fallback', () => {
  const interruptions: Interruption[] = [transient, throttled, setup, { kind: 'circuit-open' }, { kind: 'aborted' }];

  it.each(interruptions)(
    'never moves: it waits after $kind, even overflowing and with its retries spent',
    (interruption) => {
      const input = {
        role: 'fallback',
        overflowing: true,
        circuit: 'OPEN',
        progress: after({ attempts: 99 }),
      } as const;
      expect(next(interruption, input)).toMatchObject({ kind: 'wait' });
    },
  );

  it.each([
    { attempts: 0, delayMs: 60_000 },
    { attempts: 1, delayMs: 120_000 },
    { attempts: 7, delayMs: 900_000 },
  ])('backs off at most $delayMs ms after $attempts earlier failures', ({ attempts, delayMs }) => {
    const input = { role: 'fallback', progress: after({ attempts }) } as const;
    expect(next(transient, input)).toMatchObject({ kind: 'wait', delayMs });
  });

  it('waits its first delay while the circuit is open, and counts nothing', () => {
    const result = next({ kind: 'circuit-open' }, { role: 'fallback', circuit: 'OPEN' });
    expect(result).toEqual({ kind: 'wait', delayMs: 60_000 });
  });
});
