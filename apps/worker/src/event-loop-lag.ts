import { monitorEventLoopDelay } from 'node:perf_hooks';

const delay = monitorEventLoopDelay({ resolution: 20 });
delay.enable();

/** The worst delay of the event loop since the last call, in ms. */
export function eventLoopLagMs(): number {
  const worstMs = delay.max / 1e6;
  delay.reset();
  // The monitor measures its own timer too.
  return Math.max(0, Math.round(worstMs - 20));
}
