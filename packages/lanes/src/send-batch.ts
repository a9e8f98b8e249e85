import type { DeliveryRequest, Interruption, Settlement } from '@cio-fleet/delivery';
import type { Batch } from './batch.ts';
import type { BrakeSet } from './brakes/brake-set.ts';
import type { HeadProgress } from './head-progress.ts';
import type { HeadDependencies, HeadRun } from './head-run.ts';
import { type IsolationCause, runIsolated } from './isolated-run.ts';
import type { Begin } from './lane-store.ts';
import type { Route } from './partition.ts';
import { createSendGuard } from './send-guard.ts';

export interface SendBatchInput {
  readonly run: HeadRun;
  readonly deps: HeadDependencies;
  readonly batch: Batch;
  readonly begin: Begin;
  readonly brakes: BrakeSet;
  /** By index of the batch's operations. */
  readonly routes: readonly Route[];
  readonly isolation: IsolationCause | undefined;
}

export interface SentBatch {
  readonly progress: HeadProgress;
  /** By index of the batch's operations; undefined for what was not sent, or not delivered. */
  readonly settlements: readonly (Settlement | undefined)[];
  readonly interruption?: Interruption;
  /** Indexes of operations that were in a request which failed, and stayed undelivered. */
  readonly failed: readonly number[];
}

/** Sends what is routed to be sent, and maps the answers back onto the batch. */
export async function sendBatch(input: SendBatchInput): Promise<SentBatch | 'stale'> {
  const { run, deps, batch, routes, isolation } = input;
  const indexes = routes.flatMap((route, index) => (route.kind === 'send' ? [index] : []));
  const settlements: (Settlement | undefined)[] = batch.operations.map(() => undefined);
  if (indexes.length === 0) return { progress: run.progress, settlements, failed: [] };

  const operations = indexes.flatMap((index) => batch.operations[index] ?? []);
  const request: DeliveryRequest = {
    operations,
    // What was held shares fallback's part of the budget: it is late anyway, and fresh operations must not wait for it.
    purpose: deps.queue.role === 'lane' ? 'lane' : 'fallback',
    guard: createSendGuard(input, operations),
    signal: run.signal,
  };
  const sent =
    isolation === undefined
      ? { progress: run.progress, result: await deps.courier.deliver({ ...request, ...memoryOf(deps) }) }
      : await runIsolated(isolation, { run, deps, request });
  if (sent === 'stale' || sent.result.interruption?.kind === 'stale') return 'stale';
  for (const [i, index] of indexes.entries()) settlements[index] = sent.result.settlements[i];
  const { interruption } = sent.result;
  const failed = sent.result.failed?.flatMap((i) => indexes[i] ?? []) ?? [];
  return { progress: sent.progress, settlements, failed, ...(interruption && { interruption }) };
}

/** Fallback and parked have no memory: their operations are late, and what was delivered last may have gone another way. */
function memoryOf({ queue, memory }: HeadDependencies): Pick<DeliveryRequest, 'memory'> {
  return queue.role === 'lane' ? { memory } : {};
}
