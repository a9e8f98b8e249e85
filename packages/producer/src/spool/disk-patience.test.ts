import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { DiskPatience } from './disk-patience.ts';

// Immediates stay real: what comes in before them are answers of the disk, as in a turn of the loop.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => vi.useRealTimers());

const never = new Promise<never>(() => undefined);
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** What has become of it, as far as can be seen. */
function outcomeOf(work: Promise<unknown>): { current: string } {
  const outcome = { current: 'waits' };
  work.then(
    () => (outcome.current = 'done'),
    (error: Error & { code?: string }) => (outcome.current = String(error.code)),
  );
  return outcome;
}

it('gives up a disk that is silent for 2 s', async () => {
  const patience = new DiskPatience();
  const outcome = outcomeOf(patience.of(never));
  vi.advanceTimersByTime(1_999);
  await turn();
  expect(outcome.current).toBe('waits');
  vi.advanceTimersByTime(1);
  await turn();
  expect(outcome.current).toBe('SPOOL_UNAVAILABLE');
  expect(patience.signal.aborted).toBe(true);
});

it('waits however long it takes in all while the disk answers', async () => {
  const patience = new DiskPatience();
  const outcome = outcomeOf(patience.of(never));
  for (let answers = 0; answers < 10; answers += 1) {
    vi.advanceTimersByTime(1_900);
    patience.heard();
    await turn();
  }
  expect(outcome.current).toBe('waits');
  vi.advanceTimersByTime(2_000);
  await turn();
  expect(outcome.current).toBe('SPOOL_UNAVAILABLE');
});

it('hears an answer that came while the host was too busy to listen', async () => {
  const patience = new DiskPatience();
  const outcome = outcomeOf(patience.of(never));
  vi.advanceTimersByTime(5_000);
  patience.heard();
  await turn();
  expect(outcome.current).toBe('waits');
});

it('gives nothing up that was done in time, or in the last turn', async () => {
  const patience = new DiskPatience();
  let answer = () => {};
  const outcome = outcomeOf(patience.of(new Promise<void>((resolve) => (answer = resolve))));
  vi.advanceTimersByTime(2_000);
  answer();
  await turn();
  expect([outcome.current, patience.signal.aborted]).toEqual(['done', false]);
});
