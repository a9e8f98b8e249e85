import { expect, it } from 'vitest';
import { createFleetClock } from './fleet-clock.ts';

it('shows the time of this host until Redis told its own, and Redis’s from then on', () => {
  let monotonicMs = 500;
  const clock = createFleetClock(() => monotonicMs);
  expect(Math.abs(clock.now() - Date.now())).toBeLessThan(1000);
  clock.observe(1_000_000);
  monotonicMs += 250.6;
  expect(clock.now()).toBe(1_000_250);
  clock.observe(900_000);
  expect(clock.now()).toBe(900_000);
});
