import type { FleetState } from '@cio-fleet/lanes';
import { expect, it } from 'vitest';
import { createThroughputMeter } from './throughput.ts';

const stateAt = (at: number, accepted: number, delivered: number, pushed = 0) =>
  ({
    at,
    ledger: { accepted, delivered },
    lanes: [{ pushed, jobs: 0 }],
    workers: [{ requests: pushed }],
  }) as unknown as FleetState;

it('gives the rates between looks', () => {
  const meter = createThroughputMeter({ intervalMs: 1000, recentMs: 10_000 });
  meter.add(stateAt(0, 0, 0));
  meter.add(stateAt(10_000, 100, 50, 20));
  expect(meter.read()).toEqual({
    acceptedPerSecond: 10,
    deliveredPerSecond: 5,
    requestsPerSecond: 2,
    laneJobsPerSecond: [2],
    points: [{ at: 10_000, acceptedPerSecond: 10, deliveredPerSecond: 5 }],
  });
});

it('knows nothing before the second look', () => {
  const meter = createThroughputMeter();
  expect(meter.read()).toEqual({
    acceptedPerSecond: 0,
    deliveredPerSecond: 0,
    requestsPerSecond: 0,
    laneJobsPerSecond: [],
    points: [],
  });
  meter.add(stateAt(0, 7, 7));
  expect(meter.read().deliveredPerSecond).toBe(0);
});

it('takes no look that is too near to the last one', () => {
  const meter = createThroughputMeter({ intervalMs: 5000 });
  for (const at of [0, 1000, 4999, 5000]) meter.add(stateAt(at, at, at));
  expect(meter.read().points).toHaveLength(1);
});

it('forgets what is older than its window', () => {
  const meter = createThroughputMeter({ intervalMs: 1000, windowMs: 3000 });
  for (let at = 0; at <= 10_000; at += 1000) meter.add(stateAt(at, at, at));
  expect(meter.read().points.map(({ at }) => at)).toEqual([8000, 9000, 10_000]);
});

it('begins anew when Redis came back with less', () => {
  const meter = createThroughputMeter({ intervalMs: 1000 });
  meter.add(stateAt(0, 100, 100));
  meter.add(stateAt(1000, 5, 5));
  expect(meter.read()).toMatchObject({ deliveredPerSecond: 0, points: [] });
});
