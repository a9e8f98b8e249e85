import { waitFor } from '@cio-fleet/testkit';
import type { Redis } from 'ioredis';
import { machineNowMs } from './clock.ts';
import { type BenchPlan, BURST_OPERATIONS } from './plan.ts';
import type { Received } from './roles/receiver.ts';
import type { SendOrder, SendResult, SteadyOrder, SteadyResult } from './serve-sender.ts';
import type { Stage } from './stage.ts';
import { median, percentile } from './statistics.ts';

/** The two contenders that callers would choose between. */
export type LatencyContender = 'a' | 'b';

/** Times in ms. */
export interface Spread {
  readonly p50: number;
  readonly p99: number;
}

/** One contender under a steady load. Times in ms. */
export interface Latency {
  /** From the call to its answer: the operation is durable. */
  readonly accept: Spread;
  /** From the call to the arrival of the operation at the receiver. */
  readonly arrival: Spread;
}

export interface Burst {
  /** From the first of 100 calls to the answer to the request with the last of them. In ms. */
  readonly medianMs: number;
  readonly worstMs: number;
}

const PATIENCE_MS = 30_000;
const FLOOR_WRITES = 500;
const FLOOR_VALUE = 'x'.repeat(400);

export async function measureLatency(stage: Stage, plan: BenchPlan, contender: LatencyContender): Promise<Latency> {
  const { perSecond, seconds } = plan.steady;
  const operations = perSecond * seconds;
  await stage.receiver.call('expect', operations);
  const { calledAtMs, acceptedAtMs } = await senderOf(stage, contender).call<SteadyResult>('steady', {
    operations,
    perSecond,
  } satisfies SteadyOrder);
  await stage.receiver.call<Received>('received', PATIENCE_MS);
  const arrivedAtMs = await stage.receiver.call<Float64Array>('arrivals');
  await idle(stage, contender);
  return { accept: spread(calledAtMs, acceptedAtMs), arrival: spread(calledAtMs, arrivedAtMs) };
}

/** How long Redis takes to make one small write durable while nothing else is asked of it. */
export async function measureFloor(redis: Redis): Promise<Spread> {
  const tookMs: number[] = [];
  for (let write = 0; write < FLOOR_WRITES; write += 1) {
    const startedAtMs = machineNowMs();
    await redis.set('floor', FLOOR_VALUE);
    tookMs.push(machineNowMs() - startedAtMs);
  }
  await redis.del('floor');
  return { p50: percentile(tookMs, 0.5), p99: percentile(tookMs, 0.99) };
}

/** The medians of several runs. */
export function medianLatency(runs: readonly Latency[]): Latency {
  const spreadOf = (figure: keyof Latency): Spread => ({
    p50: median(runs.map((run) => run[figure].p50)),
    p99: median(runs.map((run) => run[figure].p99)),
  });
  return { accept: spreadOf('accept'), arrival: spreadOf('arrival') };
}

export async function measureBursts(stage: Stage, plan: BenchPlan, contender: LatencyContender): Promise<Burst> {
  const order = { operations: BURST_OPERATIONS, callers: BURST_OPERATIONS } satisfies SendOrder;
  const tookMs: number[] = [];
  for (let burst = 0; burst < plan.bursts; burst += 1) {
    await stage.receiver.call('expect', BURST_OPERATIONS);
    const sent = await senderOf(stage, contender).call<SendResult>('send', order);
    const { lastAtMs } = await stage.receiver.call<Received>('received', PATIENCE_MS);
    // The receiver answers so much after the arrival, and only then an operation counts as delivered.
    tookMs.push(Math.max(sent.acceptedAtMs, lastAtMs + plan.receiverLatencyMs) - sent.startedAtMs);
    await idle(stage, contender);
  }
  return { medianMs: median(tookMs), worstMs: Math.max(...tookMs) };
}

function senderOf({ senders }: Stage, contender: LatencyContender) {
  return contender === 'a' ? senders.usual : senders.packed;
}

async function idle(stage: Stage, contender: LatencyContender): Promise<void> {
  const isIdle = contender === 'a' ? stage.isUsualIdle : stage.isFleetIdle;
  await waitFor(isIdle, { timeoutMs: PATIENCE_MS, intervalMs: 10, description: `${contender} to be idle` });
}

function spread(from: Float64Array, to: Float64Array): Spread {
  const tookMs = Array.from(from, (startMs, n) => (to[n] ?? Number.NaN) - startMs);
  return { p50: percentile(tookMs, 0.5), p99: percentile(tookMs, 0.99) };
}
