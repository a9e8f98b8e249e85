import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Breaker, createBreaker } from './breaker.ts';

const RESET_MS = 30_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const breakerOf = () => createBreaker({ resetMs: RESET_MS, jitter: 0 });

async function ask(breaker: Breaker, kind: 'success' | 'failure', times = 1): Promise<boolean> {
  let ran = false;
  for (let i = 0; i < times; i += 1) {
    const health = kind === 'failure' ? { kind, error: 'down' } : { kind };
    ({ ran } = await breaker.run(async () => ({ health, value: undefined })));
  }
  return ran;
}

it('held open admits nothing, however long, and says who holds it', async () => {
  const breaker = breakerOf();
  breaker.override('open');
  expect(breaker.status).toMatchObject({ state: 'OPEN', override: 'open' });
  vi.advanceTimersByTime(10 * RESET_MS);
  expect(await ask(breaker, 'success')).toBe(false);
  expect(breaker.status.state).toBe('OPEN');
});

it('given back after it was held open goes on with a trial', async () => {
  const breaker = breakerOf();
  breaker.override('open');
  breaker.override(undefined);
  expect(breaker.status).not.toHaveProperty('override');
  expect(breaker.status.state).toBe('HALF_OPEN');
  expect(await ask(breaker, 'success', 3)).toBe(true);
  expect(breaker.status.state).toBe('CLOSED');
});

it('given back after it had opened by itself and was then held open still admits a trial', async () => {
  const breaker = breakerOf();
  await ask(breaker, 'failure', 5);
  breaker.override('open');
  vi.advanceTimersByTime(2 * RESET_MS);
  breaker.override(undefined);
  expect(await ask(breaker, 'failure')).toBe(true);
  expect(breaker.status.state).toBe('OPEN');
  vi.advanceTimersByTime(RESET_MS);
  expect(breaker.status.state).toBe('HALF_OPEN');
});

it('held closed lets everything through and counts failures all the same', async () => {
  const breaker = breakerOf();
  await ask(breaker, 'failure', 5);
  breaker.override('closed');
  expect(await ask(breaker, 'failure', 20)).toBe(true);
  expect(breaker.status).toMatchObject({ state: 'CLOSED', override: 'closed', failureCount: 20 });
  breaker.override(undefined);
  await ask(breaker, 'failure', 5);
  expect(breaker.status.state).toBe('OPEN');
});

it('tells its listeners once for each change of override', () => {
  const breaker = breakerOf();
  const states: string[] = [];
  breaker.onChange(({ state, override }) => states.push(`${state} ${override ?? 'auto'}`));
  breaker.override('open');
  breaker.override('open');
  breaker.override('closed');
  breaker.override(undefined);
  expect(states).toEqual(['OPEN open', 'CLOSED closed', 'CLOSED auto']);
});
