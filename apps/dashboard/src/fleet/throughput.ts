import type { FleetState } from '@cio-fleet/lanes';

/** One look at the counters of a workspace. */
interface Sample {
  readonly at: number;
  readonly accepted: number;
  readonly delivered: number;
  /** Requests that the live workers sent since they started. */
  readonly requests: number;
  /** Jobs that ever entered each lane, and that wait there now. */
  readonly lanes: readonly { readonly pushed: number; readonly jobs: number }[];
}

/** A piece of the recent past. */
export interface ThroughputPoint {
  /** End of the interval, in ms since the epoch. */
  readonly at: number;
  readonly acceptedPerSecond: number;
  readonly deliveredPerSecond: number;
}

export interface Throughput {
  /** Over the last samples, about half a minute. */
  readonly acceptedPerSecond: number;
  readonly deliveredPerSecond: number;
  /** Requests to Customer.io; 0 while workers come and go. */
  readonly requestsPerSecond: number;
  /** Jobs that left each lane, per second. */
  readonly laneJobsPerSecond: readonly number[];
  /** Oldest first; at most the kept window. */
  readonly points: readonly ThroughputPoint[];
}

export interface ThroughputOptions {
  /** How far back it remembers, in ms. @defaultValue 900_000 (15 minutes) */
  readonly windowMs?: number;
  /** The least distance of two samples, in ms. @defaultValue 5_000 */
  readonly intervalMs?: number;
  /** What the present rates are taken over, in ms. @defaultValue 30_000 */
  readonly recentMs?: number;
}

const defaults = { windowMs: 15 * 60_000, intervalMs: 5_000, recentMs: 30_000 } as const satisfies ThroughputOptions;

export interface ThroughputMeter {
  add(state: FleetState): void;
  read(): Throughput;
}

/** Rates of one workspace, from successive looks at its counters. Kept in memory: a restart begins anew. */
export function createThroughputMeter(options: ThroughputOptions = {}): ThroughputMeter {
  const { windowMs, intervalMs, recentMs } = { ...defaults, ...options };
  const samples: Sample[] = [];
  return {
    add(state) {
      const last = samples.at(-1);
      if (last !== undefined && state.at - last.at < intervalMs) return;
      // Counters that went back mean that Redis did: what came before says nothing about now.
      if (last !== undefined && state.ledger.accepted < last.accepted) samples.length = 0;
      samples.push(sampleOf(state));
      while (samples.length > 0 && (samples[0]?.at ?? 0) < state.at - windowMs) samples.shift();
    },
    read() {
      const last = samples.at(-1);
      const base = samples.find(({ at }) => last !== undefined && at >= last.at - recentMs);
      return {
        acceptedPerSecond: rate(base, last, (sample) => sample.accepted),
        deliveredPerSecond: rate(base, last, (sample) => sample.delivered),
        requestsPerSecond: rate(base, last, (sample) => sample.requests),
        laneJobsPerSecond: (last?.lanes ?? []).map((_, lane) =>
          rate(base, last, ({ lanes }) => (lanes[lane]?.pushed ?? 0) - (lanes[lane]?.jobs ?? 0)),
        ),
        points: samples.slice(1).map((sample, index) => ({
          at: sample.at,
          acceptedPerSecond: rate(samples[index], sample, ({ accepted }) => accepted),
          deliveredPerSecond: rate(samples[index], sample, ({ delivered }) => delivered),
        })),
      };
    },
  };
}

function sampleOf({ at, ledger, lanes, workers }: FleetState): Sample {
  return {
    at,
    accepted: ledger.accepted,
    delivered: ledger.delivered,
    requests: workers.reduce((sum, { requests }) => sum + requests, 0),
    lanes: lanes.map(({ pushed, jobs }) => ({ pushed, jobs })),
  };
}

function rate(from: Sample | undefined, to: Sample | undefined, count: (sample: Sample) => number): number {
  if (from === undefined || to === undefined || to.at <= from.at) return 0;
  return Math.max(0, ((count(to) - count(from)) * 1000) / (to.at - from.at));
}
