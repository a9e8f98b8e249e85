import { randomUUID } from 'node:crypto';
import { laneKeyOf, readLaneJob } from '@cio-fleet/contracts';
import type { Interruption, Settlement } from '@cio-fleet/delivery';
import { afterInterruption } from './after-interruption.ts';
import { assembleBatch, type Batch } from './batch.ts';
import { claimsOf } from './claims.ts';
import { type HeadProgress, withDiscarded, withSettled } from './head-progress.ts';
import type { HeadDependencies, HeadResult, HeadRun, SettledBatch } from './head-run.ts';
import { type IsolationCause, isFailing } from './isolated-run.ts';
import { isOverflowing } from './lane-state.ts';
import { shelfOf } from './parking.ts';
import { partition, type Route } from './partition.ts';
import { parkedSideOf } from './queue-address.ts';
import { type SentBatch, sendBatch } from './send-batch.ts';
import { type Fate, settle } from './settle.ts';
import { buryUnreadable, waitForNewerWorker } from './unreadable.ts';

const AGAIN = { kind: 'wait', delayMs: 0 } as const satisfies HeadResult;

/** The shelf looks once a second whether the brakes have changed. */
const RESTING = { kind: 'wait', delayMs: 1000 } as const satisfies HeadResult;

/**
 * Delivers a head and its followers: peek, begin, send, finish. It works on a lane, on fallback or on what is parked. Every step
 * may find that the head is no longer ours; then nothing is written and the head starts again.
 */
export async function processHead(run: HeadRun, deps: HeadDependencies): Promise<HeadResult> {
  if (run.progress.state === 'settled') return { kind: 'complete' };
  const read = readLaneJob(run.data);
  if (read.kind === 'newer') return waitForNewerWorker(run, read.version, deps);
  if (read.kind === 'unreadable') return buryUnreadable(run, read.problem, deps);

  if (deps.queue.role === 'parked' && isShelf(deps, await deps.store.sweep())) return RESTING;

  const isolation = isolationCause(run, deps);
  const alone = isolation !== undefined || run.stalledCounter > 0;
  const head = { id: run.lease.jobId, operations: read.operations };
  const batch = alone ? assembleBatch(head, [], 0) : await gather(head, run, deps);

  const nonce = randomUUID();
  const begin = await deps.store.begin(run.lease, nonce, batch.laneKeys, claimsOf(batch.operations));
  if (begin === 'stale') return lostContinuity(deps);
  // It had the lane and may have delivered what we don't know of, although we never lost a head.
  if (begin.isNewConsumer) deps.memory.clear();
  const begun: HeadRun = { ...run, lease: { ...run.lease, nonce } };
  if (isShelf(deps, begin.parking.turn)) return RESTING;
  const brakes = await deps.brakes.at(begin.brakesVersion);

  const { lane, policy } = deps;
  const overflowing = deps.queue.role === 'lane' && isOverflowing({ batch, begin, policy, nowMs: deps.now() });
  const blockedMs = lane.blockedUntilMs - deps.now();
  if (blockedMs > 0 && !overflowing) return { kind: 'wait', delayMs: Math.min(blockedMs, policy.laneDelayCapMs) };

  const routes = partition({
    operations: batch.operations,
    begin,
    brakes,
    progress: run.progress,
    role: deps.queue.role,
    moveAll: deps.circuit() === 'OPEN' || (overflowing && blockedMs > 0),
    nowMs: deps.now(),
    maxAgeMs: policy.maxAgeMs,
  });
  const kept = await keepDiscards(begun, deps, batch, routes);
  if (kept === 'stale') return lostContinuity(deps);
  const sent = await sendBatch({ run: kept, deps, batch, begin, brakes, routes, isolation });
  if (sent === 'stale') return lostContinuity(deps);

  const { settlements, interruption } = sent;
  const { turn } = begin.parking;
  if (interruption === undefined) {
    // A batch that moved as a whole says nothing about whether Customer.io takes requests again.
    if (routes.some(({ kind }) => kind === 'send')) lane.blockedUntilMs = 0;
    const fates = routes.map((route, index) => fateOf(route, settlements[index], false));
    return finish(run, deps, { batch, fates, nonce, turn, progress: sent.progress });
  }

  const next = afterInterruption({
    interruption,
    role: deps.queue.role,
    progress: sent.progress,
    circuit: deps.circuit(),
    overflowing,
    policy,
    nowMs: deps.now(),
    random: deps.random,
  });
  reportFailure(deps, batch, sent, next.progress ?? sent.progress);
  if (next.delayMs !== undefined) block(deps, interruption, next.delayMs);
  if (next.kind === 'move') {
    const fates = routes.map((route, index) => fateOf(route, settlements[index], true));
    return finish(run, deps, { batch, fates, nonce, turn, progress: next.progress });
  }
  // What this run settled is remembered, so that the repeat doesn't send it again.
  const progress = withSettled(next.progress ?? sent.progress, batch.operations, settlements);
  if (progress !== kept.progress && (await deps.store.note(begun.lease, progress)) === 'stale')
    return lostContinuity(deps);
  return { kind: 'wait', delayMs: next.delayMs };
}

/**
 * Later operations of a person are sent as if the discarded ones had never been. So that is written down before: were the brake
 * released in the middle, or did this worker die, a discarded one would be sent behind them.
 */
async function keepDiscards(
  run: HeadRun,
  deps: HeadDependencies,
  batch: Batch,
  routes: readonly Route[],
): Promise<HeadRun | 'stale'> {
  const discarded = new Map<string, string>();
  for (const [index, { id }] of batch.operations.entries()) {
    const route = routes[index];
    if (route?.kind === 'discard') discarded.set(id, route.brake);
  }
  if (discarded.size === 0 || !routes.some(({ kind }) => kind === 'send')) return run;
  const progress = withDiscarded(run.progress, discarded);
  return (await deps.store.note(run.lease, progress)) === 'stale' ? 'stale' : { ...run, progress };
}

/** Whether our queue is the side of parked that keeps what is held. */
function isShelf({ queue }: HeadDependencies, turn: number): boolean {
  return queue.role === 'parked' && parkedSideOf(queue) === shelfOf(turn);
}

/** Peeks at the followers. While the breaker is open nobody waits for this head, so it lingers to move more at once. */
async function gather(head: Batch['head'], run: HeadRun, deps: HeadDependencies): Promise<Batch> {
  const { policy } = deps;
  const jobs = Math.max(0, policy.maxBatchOperations - head.operations.length);
  const most = { jobs, bytes: policy.maxBatchBytes };
  const peek = async () =>
    assembleBatch(head, (await deps.store.peek(head.id, most)).followers, policy.maxBatchOperations);
  const batch = await peek();
  const full = batch.operations.length >= policy.maxBatchOperations / 2;
  if (deps.queue.role !== 'lane' || deps.circuit() !== 'OPEN' || full) return batch;
  await deps.linger(policy.openLingerMs, run.signal);
  return peek();
}

/** Whether this head must be sent alone and in pieces, and what for. */
function isolationCause(run: HeadRun, deps: HeadDependencies): IsolationCause | undefined {
  if (run.stalledCounter >= 2) return 'kills-worker';
  return isFailing(run, deps) ? 'fails-alone' : undefined;
}

function fateOf(route: Route, settlement: Settlement | undefined, moveRest: boolean): Fate {
  switch (route.kind) {
    case 'move':
      return { kind: 'moved' };
    case 'park':
      return { kind: 'parked', side: route.side, ...(route.brake !== undefined && { brake: route.brake }) };
    case 'discard':
      return { kind: 'discarded', brake: route.brake };
    case 'erased':
    case 'deduplicated':
      return { kind: route.kind };
    case 'expired':
      return { kind: 'dead-lettered', reason: route.reason };
    case 'settled':
      if (typeof route.settlement === 'string') return { kind: route.settlement };
      if ('brake' in route.settlement) return { kind: 'discarded', brake: route.settlement.brake };
      return { kind: 'dead-lettered', reason: route.settlement };
    case 'send':
      if (settlement === undefined) {
        if (moveRest) return { kind: 'moved' };
        throw new Error('The courier left an operation unsettled without saying why.');
      }
      return settlement.state === 'rejected'
        ? { kind: 'dead-lettered', reason: settlement.reason }
        : { kind: settlement.state };
  }
}

interface Settling {
  readonly batch: Batch;
  readonly fates: readonly Fate[];
  readonly nonce: string;
  readonly turn: number;
  readonly progress: HeadProgress;
}

/** Settles the batch. The head always goes back to the front: it completes on its next start, because it starts settled. */
async function finish(run: HeadRun, deps: HeadDependencies, settling: Settling): Promise<HeadResult> {
  const { batch, fates } = settling;
  const step = settle({
    ...settling,
    queue: deps.queue,
    nowMs: deps.now(),
    deadLetterAllowance: deps.deadLetterAllowance,
  });
  const { attempts, lastError } = settling.progress;
  const settled: SettledBatch = {
    queue: deps.queue,
    operations: batch.operations,
    fates,
    attempts: attempts + 1,
    atMs: deps.now(),
    ...(lastError && { lastError }),
  };
  await deps.onSettling?.(settled);
  const reply = await deps.store.finish(run.lease, step);
  if (reply === 'stale' || reply === 'changed') return lostContinuity(deps);
  for (const [index, operation] of batch.operations.entries()) {
    const kind = fates[index]?.kind;
    // A person whose operation left the lane may be changed behind our back.
    if (kind !== 'delivered' && kind !== 'deduplicated') {
      deps.memory.forgetPerson(laneKeyOf(operation.op));
    }
  }
  if (reply === 'ok') {
    deps.onSettled(settled);
  }
  return AGAIN;
}

function reportFailure(deps: HeadDependencies, batch: Batch, sent: SentBatch, progress: HeadProgress): void {
  const { interruption, failed } = sent;
  const { lastError, attempts } = progress;
  if (interruption === undefined || lastError === undefined || failed.length === 0) return;
  const { kind } = interruption;
  if (kind !== 'transient' && kind !== 'setup' && kind !== 'throttled') return;
  deps.onAttemptFailed?.({
    queue: deps.queue,
    operations: failed.flatMap((index) => batch.operations[index] ?? []),
    kind,
    // A transient failure is counted already.
    attempt: kind === 'transient' ? attempts : attempts + 1,
    error: lastError,
  });
}

/** After 429, 401 and 403 the lane sends nothing for a while, and overflows instead if it must. */
function block(deps: HeadDependencies, interruption: Interruption, delayMs: number): void {
  if (interruption.kind !== 'throttled' && interruption.kind !== 'setup') return;
  const asked = interruption.kind === 'throttled' ? interruption.retryAfterMs : undefined;
  deps.lane.blockedUntilMs = deps.now() + (asked ?? delayMs);
}

/** Another worker may have had this lane: what we remember of its persons is worth nothing. */
function lostContinuity(deps: HeadDependencies): HeadResult {
  deps.memory.clear();
  return AGAIN;
}
