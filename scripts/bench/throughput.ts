import { waitFor } from '@cio-fleet/testkit';
import { type BenchPlan, type ContenderKey, LANES } from './plan.ts';
import type { RoleProcess } from './role-process.ts';
import type { DirectOrder } from './roles/direct-sender.ts';
import type { Received } from './roles/receiver.ts';
import type { SendOrder, SendResult } from './serve-sender.ts';
import type { Stage } from './stage.ts';
import { type Meter, redisCpuSeconds, roleMeter } from './usage.ts';

/** One contender, once, as fast as it goes. */
export interface Throughput {
  /** From the first call to the last arrival at the receiver. */
  readonly perSecond: number;
  /** From the first call to the last answer to a caller. */
  readonly acceptedPerSecond: number;
  /** CPU time of sender and worker, in microseconds per operation. */
  readonly cpuMicros: number;
  /** CPU time of Redis, in microseconds per operation. */
  readonly redisMicros: number;
  readonly operationsPerRequest: number;
  /** Operations that arrived more than once. */
  readonly repeats: number;
}

/** Longest time that all operations of one measurement may take. */
const PATIENCE_MS = 60_000;

interface Parts {
  readonly sender: RoleProcess;
  readonly meters: readonly Meter[];
  readonly order: SendOrder | DirectOrder;
  readonly isIdle: () => Promise<boolean>;
}

/** @param batchOperations - what d sends in one request: as many as b did */
export async function measureThroughput(
  stage: Stage,
  plan: BenchPlan,
  { contender, batchOperations }: { readonly contender: ContenderKey; readonly batchOperations: number },
): Promise<Throughput> {
  const { sender, meters, order, isIdle } = partsOf(stage, plan, contender, batchOperations);
  const { operations } = order;
  await stage.receiver.call('expect', operations);
  const before = await cpuOf(stage, meters);
  const [sent, received] = await Promise.all([
    sender.call<SendResult>('send', order),
    stage.receiver.call<Received>('received', PATIENCE_MS),
  ]);
  await waitFor(isIdle, { timeoutMs: PATIENCE_MS, intervalMs: 10, description: `${contender} to be idle` });
  const after = await cpuOf(stage, meters);
  return {
    perSecond: (operations * 1000) / (received.lastAtMs - sent.startedAtMs),
    acceptedPerSecond: (operations * 1000) / (sent.acceptedAtMs - sent.startedAtMs),
    cpuMicros: ((after.processes - before.processes) * 1e6) / operations,
    redisMicros: ((after.redis - before.redis) * 1e6) / operations,
    operationsPerRequest: operations / received.requests,
    repeats: received.repeats,
  };
}

function partsOf(stage: Stage, plan: BenchPlan, contender: ContenderKey, batchOperations: number): Parts {
  const { senders, workers } = stage;
  const operations = plan.operations[contender];
  const order = { operations, callers: plan.callers };
  const withSender = (sender: RoleProcess, ...others: Meter[]) => ({ sender, meters: [roleMeter(sender), ...others] });
  switch (contender) {
    case 'a':
      return { ...withSender(senders.usual, workers.usual), order, isIdle: stage.isUsualIdle };
    case 'b':
      return { ...withSender(senders.packed, workers.fleet), order, isIdle: stage.isFleetIdle };
    case 'c':
      return { ...withSender(senders.single, workers.fleet), order, isIdle: stage.isFleetIdle };
    case 'd': {
      const direct = { operations, batchOperations: Math.max(1, Math.round(batchOperations)), requests: LANES };
      return { ...withSender(senders.direct), order: direct, isIdle: async () => true };
    }
  }
}

async function cpuOf(stage: Stage, meters: readonly Meter[]): Promise<{ processes: number; redis: number }> {
  const [redis, ...usages] = await Promise.all([redisCpuSeconds(stage.client), ...meters.map((meter) => meter())]);
  return { redis, processes: usages.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0) };
}
