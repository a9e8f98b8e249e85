import type { DeadLetterReason } from '@cio-fleet/contracts';
import type { DeliveryRequest, DeliveryResult, Interruption, Settlement } from '@cio-fleet/delivery';
import { type HeadProgress, withSettled } from './head-progress.ts';
import type { HeadDependencies, HeadRun } from './head-run.ts';
import { continueIsolation, type IsolationStep, isolationLeft, resumeIsolation } from './isolation.ts';

/** Why a head is sent alone and in pieces. */
export type IsolationCause = 'kills-worker' | 'fails-alone';

interface IsolatedInput {
  readonly run: HeadRun;
  readonly deps: HeadDependencies;
  readonly request: DeliveryRequest;
}

export type IsolatedRun = { readonly progress: HeadProgress; readonly result: DeliveryResult } | 'stale';

/** Whether a head that has nowhere to move keeps failing while others succeed: then something in it fails by itself. */
export function isFailing({ progress }: HeadRun, { queue, policy, circuit }: HeadDependencies): boolean {
  return queue.role !== 'lane' && progress.attempts >= policy.isolateAfterAttempts && circuit() === 'CLOSED';
}

/** Sends the head alone, in a way that finds the operation that kills its worker, or that fails while others succeed. */
export function runIsolated(cause: IsolationCause, input: IsolatedInput): Promise<IsolatedRun> {
  return cause === 'kills-worker' ? findKiller(input) : findLoneFailure(input);
}

async function findKiller({ run, deps, request }: IsolatedInput): Promise<IsolatedRun> {
  const { operations } = request;
  const settlements: (Settlement | undefined)[] = operations.map(() => undefined);
  let requests = 0;
  let progress = run.progress;
  const ran = (interruption?: Interruption, failed?: readonly number[]): IsolatedRun => ({
    progress,
    result: { settlements, requests, ...(interruption && { interruption }), ...(failed && { failed }) },
  });

  let next = 0;
  const stalls = run.stalledCounter;
  const left = isolationLeft(progress.isolation, { stalls, front: operations[0]?.id });
  let step: IsolationStep = resumeIsolation(left, operations.length);
  while (step.kind !== 'done') {
    if (step.kind === 'condemn') {
      settlements[next] = { state: 'rejected', reason: killer(run.stalledCounter) };
      next += 1;
      progress = withSettled(progress, operations, settlements);
      step = continueIsolation(1, operations.length - next);
      continue;
    }
    const front = operations[next];
    if (front === undefined) break;
    const isolation = { ...step.isolation, stalls, front: front.id };
    // Written before the slice is tried: whoever comes after us must know what we died of.
    progress = { ...progress, isolation };
    if ((await deps.store.note(run.lease, progress)) === 'stale') return 'stale';
    const result = await deps.courier.deliver({
      ...request,
      operations: operations.slice(next, next + isolation.size),
    });
    requests += result.requests;
    for (const [i, settlement] of result.settlements.entries()) settlements[next + i] = settlement;
    const failed = result.failed?.map((index) => next + index);
    if (result.interruption !== undefined) {
      progress = { ...progress, isolation: { ...isolation, trying: false } };
      if (result.interruption.kind !== 'transient' || !isFailing(run, deps)) return ran(result.interruption, failed);
      // In fallback nobody else looks for what fails by itself while this search is on: it would block the queue for days.
      const size = Math.ceil(isolation.size / 2);
      progress = { ...progress, isolation: { ...isolation, size, trying: false } };
      if (isolation.size > 1) return ran(result.interruption, failed);
      const failures = countFailure(progress.failures, front.id);
      progress = { ...progress, failures };
      const times = failures[front.id] ?? 0;
      if (times < deps.policy.maxLoneFailures) return ran(result.interruption, failed);
      settlements[next] = { state: 'rejected', reason: exhausted(times, result.interruption.error.message) };
    }
    next += isolation.size;
    progress = withSettled(progress, operations, settlements);
    step = continueIsolation(isolation.size, operations.length - next);
  }
  return ran();
}

async function findLoneFailure({ run, deps, request }: IsolatedInput): Promise<IsolatedRun> {
  const { operations } = request;
  const result = await deps.courier.deliver({ ...request, isolate: true });
  if (result.interruption?.kind !== 'transient') return { progress: run.progress, result };

  let failures = run.progress.failures ?? {};
  const settlements = [...result.settlements];
  for (const index of result.failedAlone ?? []) {
    const operation = operations[index];
    if (operation === undefined) continue;
    failures = countFailure(failures, operation.id);
    const times = failures[operation.id] ?? 0;
    if (times >= deps.policy.maxLoneFailures) {
      settlements[index] = { state: 'rejected', reason: exhausted(times, result.interruption.error.message) };
    }
  }
  const progress = { ...run.progress, failures };
  const { requests, interruption } = result;
  const settledAll = settlements.every((settlement) => settlement !== undefined);
  const failed = result.failed?.filter((index) => settlements[index] === undefined) ?? [];
  return { progress, result: { settlements, requests, failed, ...(!settledAll && { interruption }) } };
}

function countFailure(failures: HeadProgress['failures'], id: string): Readonly<Record<string, number>> {
  return { ...failures, [id]: (failures?.[id] ?? 0) + 1 };
}

function killer(stalls: number): DeadLetterReason {
  return {
    code: 'KILLS_WORKER',
    message: `Its worker died each time it was sent alone (the job stalled ${stalls} times).`,
  };
}

function exhausted(times: number, lastMessage: string): DeadLetterReason {
  return {
    code: 'TRANSIENT_EXHAUSTED',
    message: `Failed alone ${times} times while others succeeded. Last answer: ${lastMessage}`,
  };
}
