import type { Operation } from '@cio-fleet/contracts';
import type { Rig } from './rig.ts';

/** How operations of persons without a backlog fared. */
export interface FreshVerdict {
  readonly accepted: number;
  /** Calls that were answered with an error, by its code. */
  readonly refused: Readonly<Record<string, number>>;
  /** From the first call to the last one that was refused, in ms. */
  readonly lastRefusalMs: number;
  readonly arrived: number;
  /** From the call to the arrival, in ms. */
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly slowestMs: number;
  /** Of those that arrived, how many took longer than a second. */
  readonly overOneSecond: number;
}

export interface FreshTraffic {
  /** Ends the calls, waits a while for what is under way, and judges. Calling it again gives the same. */
  stop(): Promise<FreshVerdict>;
}

const PREFIX = 'fresh-';
const PERSONS = 64;
const EVERY_MS = 50;
const LAST_ARRIVAL_TIMEOUT_MS = 20_000;

/** Twenty operations a second, through a producer of its own without a spool. */
export function sendFreshTraffic(rig: Rig): FreshTraffic {
  const cio = rig.createProducer({ enqueueTimeoutMs: 1_000 });
  const calledAtMs = new Map<number, number>();
  const tookMs: number[] = [];
  const refused: Record<string, number> = {};
  const startedAtMs = performance.now();
  let lastRefusalMs = 0;
  let accepted = 0;
  let calls = 0;
  let verdict: Promise<FreshVerdict> | undefined;
  rig.simulator.onOperation(({ operation }) => {
    const i = freshNumber(operation as Operation);
    const calledMs = i === undefined ? undefined : calledAtMs.get(i);
    if (i === undefined || calledMs === undefined) return;
    calledAtMs.delete(i);
    tookMs.push(performance.now() - calledMs);
  });

  const call = async (): Promise<void> => {
    const i = calls;
    calls += 1;
    calledAtMs.set(i, performance.now());
    const result = await cio.track(`${PREFIX}${i % PERSONS}`, 'Fresh', { fresh: i });
    if (result.ok) accepted += 1;
    else {
      lastRefusalMs = performance.now() - startedAtMs;
      refused[result.error.code] = (refused[result.error.code] ?? 0) + 1;
      if (!result.error.retained) calledAtMs.delete(i);
    }
  };
  const timer = setInterval(() => void call(), EVERY_MS);

  const judge = async (): Promise<FreshVerdict> => {
    clearInterval(timer);
    const untilMs = performance.now() + LAST_ARRIVAL_TIMEOUT_MS;
    while (calledAtMs.size > 0 && performance.now() < untilMs) await new Promise((resolve) => setTimeout(resolve, 50));
    const sorted = tookMs.toSorted((a, b) => a - b);
    const at = (share: number) =>
      Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
    return {
      ...{ accepted, refused, lastRefusalMs: Math.round(lastRefusalMs), arrived: sorted.length },
      ...{ p50Ms: at(0.5), p95Ms: at(0.95), slowestMs: at(1) },
      overOneSecond: sorted.filter((ms) => ms > 1_000).length,
    };
  };
  return {
    stop() {
      verdict ??= judge();
      return verdict;
    },
  };
}

function freshNumber(operation: Operation): number | undefined {
  if (operation.type !== 'person' || operation.action !== 'event') return undefined;
  const fresh = operation.attributes?.fresh;
  return typeof fresh === 'number' ? fresh : undefined;
}
