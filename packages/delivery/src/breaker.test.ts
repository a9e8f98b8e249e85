import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Breaker, type BreakerOptions, createBreaker, type Health } from './breaker.ts';

const RESET_MS = 30_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function breakerOf(options: BreakerOptions = {}): Breaker {
  return createBreaker({ resetMs: RESET_MS, jitter: 0, ...options });
}

const outcome = (kind: Health['kind']): Health => (kind === 'failure' ? { kind, error: 'down' } : { kind });

async function ask(breaker: Breaker, kind: Health['kind']): Promise<boolean> {
  const { ran } = await breaker.run(async () => ({ health: outcome(kind), value: undefined }));
  return ran;
}

async function askTimes(breaker: Breaker, times: number, kind: Health['kind']): Promise<void> {
  for (let i = 0; i < times; i += 1) await ask(breaker, kind);
}

/** A request that ends when told to. */
function pending(breaker: Breaker) {
  const { promise, resolve } = Promise.withResolvers<{ health: Health; value: undefined }>();
  const run = breaker.run(() => promise);
  return {
    async end(kind: Health['kind']) {
      resolve({ health: outcome(kind), value: undefined });
      return (await run).ran;
    },
  };
}

describe('a breaker', () => {
  it('gives the value of the request it ran', async () => {
    const run = await breakerOf().run(async () => ({ health: outcome('success'), value: 42 }));
    expect(run).toEqual({ ran: true, value: 42 });
  });

  it('opens at 5 failures in a row and runs nothing for its reset time', async () => {
    const breaker = breakerOf();
    await askTimes(breaker, 5, 'failure');
    expect(breaker.status.state).toBe('OPEN');
    vi.advanceTimersByTime(RESET_MS - 1);
    expect(await ask(breaker, 'success')).toBe(false);
    vi.advanceTimersByTime(1);
    expect(breaker.status.state).toBe('HALF_OPEN');
  });

  it('closes after 3 successes on trial, and reports HALF_OPEN until then', async () => {
    const breaker = breakerOf();
    await askTimes(breaker, 5, 'failure');
    vi.advanceTimersByTime(RESET_MS);
    await askTimes(breaker, 2, 'success');
    expect(breaker.status.state).toBe('HALF_OPEN');
    await ask(breaker, 'success');
    expect(breaker.status.state).toBe('CLOSED');
  });

  it.each([0, 1, 2])('opens for another reset time at a failure after %i successes on trial', async (successes) => {
    const breaker = breakerOf();
    await askTimes(breaker, 5, 'failure');
    vi.advanceTimersByTime(RESET_MS);
    await askTimes(breaker, successes, 'success');
    await ask(breaker, 'failure');
    expect(breaker.status.state).toBe('OPEN');
    vi.advanceTimersByTime(RESET_MS - 1);
    expect(breaker.status.state).toBe('OPEN');
    vi.advanceTimersByTime(1);
    expect(breaker.status.state).toBe('HALF_OPEN');
  });

  it('runs one request at a time on trial', async () => {
    const breaker = breakerOf();
    await askTimes(breaker, 5, 'failure');
    vi.advanceTimersByTime(RESET_MS);
    expect(breaker.admits).toBe(true);
    const trial = pending(breaker);
    expect(breaker.admits).toBe(false);
    expect(await ask(breaker, 'success')).toBe(false);
    expect(await trial.end('success')).toBe(true);
    expect(await ask(breaker, 'success')).toBe(true);
  });

  it('does not close on successes of requests from before it opened', async () => {
    const breaker = breakerOf();
    const old = Array.from({ length: 3 }, () => pending(breaker));
    await askTimes(breaker, 5, 'failure');
    vi.advanceTimersByTime(RESET_MS);
    for (const request of old) await request.end('success');
    expect(breaker.status.state).toBe('HALF_OPEN');
    await ask(breaker, 'failure');
    expect(breaker.status.state).toBe('OPEN');
  });

  it('does not open on failures of requests from before it half-opened', async () => {
    const breaker = breakerOf();
    const old = pending(breaker);
    await askTimes(breaker, 5, 'failure');
    vi.advanceTimersByTime(RESET_MS);
    await old.end('failure');
    expect(breaker.status.state).toBe('HALF_OPEN');
  });

  it('keeps one on trial when one from before it opened ends meanwhile', async () => {
    const breaker = breakerOf();
    const old = pending(breaker);
    await askTimes(breaker, 5, 'failure');
    vi.advanceTimersByTime(RESET_MS);
    const trial = pending(breaker);
    await old.end('success');
    expect(await ask(breaker, 'success')).toBe(false);
    await trial.end('success');
  });

  it('learns nothing from neutral outcomes, neither closed nor on trial', async () => {
    const breaker = breakerOf();
    await askTimes(breaker, 4, 'failure');
    await ask(breaker, 'neutral');
    expect(breaker.status.failureCount).toBe(4);
    await ask(breaker, 'failure');
    vi.advanceTimersByTime(RESET_MS);
    await askTimes(breaker, 5, 'neutral');
    expect(breaker.status.state).toBe('HALF_OPEN');
    expect(await ask(breaker, 'success')).toBe(true);
  });

  it('gives a request that never ends up at its backstop, so that a trial blocks nobody for ever', async () => {
    const breaker = breakerOf({ backstopMs: 60_000 });
    await askTimes(breaker, 5, 'failure');
    vi.advanceTimersByTime(RESET_MS);
    const hung = expect(breaker.run(() => new Promise<never>(() => {}))).rejects.toThrow('Timed out');
    await vi.advanceTimersByTimeAsync(60_000);
    await hung;
    expect(breaker.status.state).toBe('OPEN');
    await vi.advanceTimersByTimeAsync(RESET_MS);
    expect(breaker.status.state).toBe('HALF_OPEN');
    await askTimes(breaker, 3, 'success');
    expect(breaker.status.state).toBe('CLOSED');
  });

  it('counts a request that throws as a failure, and throws it on', async () => {
    const breaker = breakerOf({ failures: 1 });
    await expect(breaker.run(() => Promise.reject(new Error('a mistake')))).rejects.toThrow('a mistake');
    expect(breaker.status).toMatchObject({ state: 'OPEN', lastError: 'a mistake' });
  });

  it('tells its listeners every change of state, until they leave', async () => {
    const breaker = breakerOf();
    const seen: string[] = [];
    const leave = breaker.onChange(({ state }) => seen.push(state));
    await askTimes(breaker, 5, 'failure');
    vi.advanceTimersByTime(RESET_MS);
    await askTimes(breaker, 3, 'success');
    leave();
    await askTimes(breaker, 5, 'failure');
    expect(seen).toEqual(['OPEN', 'HALF_OPEN', 'CLOSED']);
  });

  it.each([
    [0, 24_000],
    [0.5, 30_000],
    [0.999_999, 36_000],
  ])('half-opens up to 20 %% off its reset time, by the dice (%d)', async (random, resetMs) => {
    const breaker = breakerOf({ jitter: 0.2, random: () => random });
    await askTimes(breaker, 5, 'failure');
    vi.advanceTimersByTime(resetMs - 2);
    expect(breaker.status.state).toBe('OPEN');
    vi.advanceTimersByTime(3);
    expect(breaker.status.state).toBe('HALF_OPEN');
  });

  it('runs nothing and changes nothing once it is stopped', async () => {
    const breaker = breakerOf();
    await askTimes(breaker, 5, 'failure');
    breaker.stop();
    vi.advanceTimersByTime(RESET_MS * 2);
    expect(breaker.status.state).toBe('OPEN');
    expect(await ask(breaker, 'success')).toBe(false);
  });
});
