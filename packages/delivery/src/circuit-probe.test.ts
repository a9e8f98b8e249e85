import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Answer } from './answer.ts';
import { type Breaker, createBreaker } from './breaker.ts';
import { startCircuitProbe } from './circuit-probe.ts';

const RESET_MS = 30_000;
const INTERVAL_MS = 1_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

async function openBreaker(): Promise<Breaker> {
  const breaker = createBreaker({ resetMs: RESET_MS, jitter: 0 });
  for (let i = 0; i < 5; i += 1) {
    await breaker.run(async () => ({ health: { kind: 'failure', error: 'down' }, value: undefined }));
  }
  return breaker;
}

/** Probes an open circuit with `answer`; counts the probes. */
async function probing(answer: Answer) {
  const breaker = await openBreaker();
  const seen = { probes: 0, errors: [] as unknown[] };
  const stop = startCircuitProbe({
    breaker,
    probe: async () => {
      seen.probes += 1;
      return answer;
    },
    intervalMs: INTERVAL_MS,
    onError: (error) => seen.errors.push(error),
  });
  return { breaker, seen, stop };
}

const response = (status: number): Answer => ({ kind: 'response', status, body: {} });

describe('the probe of a half-open circuit', () => {
  it('closes it for a worker that has nothing to send', async () => {
    const { breaker, seen } = await probing(response(200));
    await vi.advanceTimersByTimeAsync(RESET_MS);
    expect(seen.probes).toBe(0);
    await vi.advanceTimersByTimeAsync(3 * INTERVAL_MS);
    expect(breaker.status.state).toBe('CLOSED');
    await vi.advanceTimersByTimeAsync(10 * INTERVAL_MS);
    expect(seen.probes).toBe(3);
  });

  it('opens it again while Customer.io is still down', async () => {
    const { breaker, seen } = await probing(response(503));
    await vi.advanceTimersByTimeAsync(RESET_MS + INTERVAL_MS);
    expect(breaker.status.state).toBe('OPEN');
    expect(seen.probes).toBe(1);
  });

  it.each([401, 429])('learns nothing from a %i, and asks again', async (status) => {
    const { breaker, seen } = await probing(response(status));
    await vi.advanceTimersByTimeAsync(RESET_MS + 3 * INTERVAL_MS);
    expect(breaker.status.state).toBe('HALF_OPEN');
    expect(seen.probes).toBe(3);
  });

  it('ends when it is stopped, also in the middle of a probe', async () => {
    const breaker = await openBreaker();
    const { promise, resolve } = Promise.withResolvers<Answer>();
    let probes = 0;
    const stop = startCircuitProbe({
      breaker,
      probe: () => {
        probes += 1;
        return promise;
      },
      intervalMs: INTERVAL_MS,
      onError: () => {},
    });
    await vi.advanceTimersByTimeAsync(RESET_MS + INTERVAL_MS);
    stop();
    resolve(response(429));
    await vi.advanceTimersByTimeAsync(10 * INTERVAL_MS);
    expect(probes).toBe(1);
  });
});
