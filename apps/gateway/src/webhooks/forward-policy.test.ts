import { describe, expect, it } from 'vitest';
import { FORWARD_MAX_AGE_MS, type ForwardAttempt, isReceiverWell, nextForwardStep } from './forward-policy.ts';

const answered = (status: number): ForwardAttempt => ({ kind: 'answered', status });
const FRESH = { attempts: 1, failuresInARow: 1, ageMs: 0, random: 1 };

describe('the next step of a forwarded webhook', () => {
  it.each([200, 201, 202, 204])('is done after %i', (status) => {
    expect(nextForwardStep({ ...FRESH, attempt: answered(status) })).toEqual({ kind: 'done' });
  });

  it.each([400, 409, 410, 413, 415, 422])('gives up after %i, which is about this body', (status) => {
    expect(nextForwardStep({ ...FRESH, attempt: answered(status) })).toMatchObject({ kind: 'give-up' });
    expect(isReceiverWell(answered(status))).toBe(true);
  });

  it.each([301, 302, 307, 401, 403, 404, 405, 408, 429, 500, 502, 503])('lets everything wait after %i', (status) => {
    expect(nextForwardStep({ ...FRESH, attempt: answered(status) })).toEqual({ kind: 'wait', delayMs: 1000 });
    expect(isReceiverWell(answered(status))).toBe(false);
  });

  it('lets everything wait twice as long after each failure in a row, up to 15 minutes', () => {
    const delays = [1, 2, 3, 9, 10, 11, 12, 400].map((failuresInARow) =>
      nextForwardStep({ ...FRESH, failuresInARow, attempt: { kind: 'failed', code: 'ECONNREFUSED' } }),
    );
    const seconds = delays.map((step) => ('delayMs' in step ? step.delayMs / 1000 : undefined));
    expect(seconds).toEqual([1, 2, 4, 256, 512, 900, 900, 900]);
  });

  it('varies the delay by half', () => {
    const step = nextForwardStep({ ...FRESH, random: 0, attempt: answered(500) });
    expect(step).toEqual({ kind: 'wait', delayMs: 500 });
  });

  it('puts a webhook aside that failed ten times, so that one alone does not hold up all', () => {
    expect(nextForwardStep({ ...FRESH, attempts: 9, attempt: answered(500) }).kind).toBe('wait');
    expect(nextForwardStep({ ...FRESH, attempts: 10, attempt: answered(500) })).toEqual({
      kind: 'aside',
      delayMs: 512_000,
    });
  });

  it('gives up after three days, with the last failure as the reason', () => {
    const attempt: ForwardAttempt = { kind: 'failed', code: 'TIMEOUT' };
    expect(nextForwardStep({ ...FRESH, ageMs: FORWARD_MAX_AGE_MS - 1, attempt }).kind).toBe('wait');
    expect(nextForwardStep({ ...FRESH, ageMs: FORWARD_MAX_AGE_MS, attempt })).toEqual({
      kind: 'give-up',
      reason: 'not taken for 3 days, last: TIMEOUT',
    });
  });
});
