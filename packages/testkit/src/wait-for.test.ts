import { expect, it } from 'vitest';
import { waitFor } from './wait-for.ts';

it('returns the first truthy value of the condition', async () => {
  let calls = 0;
  await expect(waitFor(() => (++calls === 3 ? 'here' : ''), { intervalMs: 1 })).resolves.toBe('here');
  expect(calls).toBe(3);
});

it('takes a throwing condition for "not yet"', async () => {
  let calls = 0;
  const condition = () => {
    calls += 1;
    if (calls < 3) throw new Error('not there');
    return true;
  };
  await expect(waitFor(condition, { intervalMs: 1 })).resolves.toBe(true);
});

it('says what it waited for and keeps the last error as cause when time is over', async () => {
  const lastError = new Error('still not there');
  const waiting = waitFor(() => Promise.reject(lastError), { timeoutMs: 5, intervalMs: 1, description: 'the lane' });
  await expect(waiting).rejects.toMatchObject({ message: expect.stringContaining('the lane'), cause: lastError });
});
