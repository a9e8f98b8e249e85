import { isErasure, type QueuedOperation } from '@cio-fleet/contracts';
import { type JournalRow, rowOfOperation } from '@cio-fleet/journal';
import type { FailedAttempt, Fate, QueueAddress, SettledBatch } from '@cio-fleet/lanes';
import type { MadeRows } from './row-keeper.ts';

/** Room for the rows of refusals beside those of counted attempts: both kinds are numbered from 1. */
const REFUSED_FROM = { setup: 5_000, throttled: 7_500 } as const;
/** As the journal numbers failed attempts: per redrive, in a lane and in fallback. */
const ATTEMPTS_PER_STAY = 10_000;

const WHY_MOVED = 'earlier operations of the person wait in fallback, or Customer.io takes nothing now';

/** The row of one operation of a batch that is being settled; undefined for what stays on its way: parked, or in fallback as before. */
export function rowOfFate(batch: SettledBatch, index: number, worker: string): JournalRow | undefined {
  const operation = batch.operations[index];
  const fate = batch.fates[index];
  if (operation === undefined || fate === undefined) return undefined;
  const facts = factsOf(batch, fate);
  if (facts === undefined) return undefined;
  const { queue, atMs } = batch;
  const row = rowOfOperation(operation, {
    time: atMs,
    workspace: queue.workspace,
    worker,
    lane: laneOf(queue),
    ...facts,
  });
  return fate.kind === 'erased' ? withoutPayload(row) : row;
}

/** Rows of a batch that is being settled; of plain deliveries `room` at most. */
export function rowsOfBatch(batch: SettledBatch, worker: string, room: number): MadeRows {
  const rows: JournalRow[] = [];
  let left = room;
  let shed = 0;
  for (const [index, { op }] of batch.operations.entries()) {
    // The journal learns from an erasure whom to forget.
    if (batch.fates[index]?.kind === 'delivered' && !isErasure(op)) {
      left -= 1;
      if (left < 0) {
        shed += 1;
        continue;
      }
    }
    const row = rowOfFate(batch, index, worker);
    if (row !== undefined) rows.push(row);
  }
  return { rows, shed };
}

type FateFacts = Pick<JournalRow, 'outcome' | 'attempts' | 'status' | 'errorCode' | 'reason'>;

function factsOf({ queue, attempts, lastError }: SettledBatch, fate: Fate): FateFacts | undefined {
  switch (fate.kind) {
    case 'delivered':
      return { outcome: 'delivered', attempts };
    case 'dead-lettered': {
      const { code, message, status } = fate.reason;
      return {
        outcome: 'dead-lettered',
        attempts,
        errorCode: code,
        reason: message,
        ...(status !== undefined && { status }),
      };
    }
    case 'discarded':
      return { outcome: 'discarded', reason: `brake ${fate.brake}` };
    case 'deduplicated':
    case 'erased':
      return { outcome: fate.kind };
    case 'moved':
      if (queue.role === 'fallback') return undefined;
      // `attempts` counts the request that would settle it; that one never was.
      return {
        outcome: 'fell-back',
        attempts: attempts - 1,
        reason: lastError?.message ?? WHY_MOVED,
        ...(lastError && { errorCode: lastError.code }),
        ...(lastError?.statusCode !== undefined && { status: lastError.statusCode }),
      };
    case 'parked':
      return undefined;
  }
}

/** A row for each operation that was in a request that failed. */
export function rowsOfFailure(failure: FailedAttempt, worker: string): readonly JournalRow[] {
  const { queue, kind, attempt, error } = failure;
  const lane = laneOf(queue);
  return failure.operations.map((operation) => ({
    ...rowOfOperation(operation, {
      time: error.at,
      workspace: queue.workspace,
      outcome: 'failed',
      attempts: attempt,
      errorCode: error.code,
      reason: error.message,
      worker,
      lane,
      ...(error.statusCode !== undefined && { status: error.statusCode }),
    }),
    // A counted attempt by its time: behind another head, or parked in between, an operation's next attempt may have the same number.
    occurrence: kind === 'transient' ? error.at : refusedOccurrence(operation, lane, REFUSED_FROM[kind] + attempt),
  }));
}

/** Of a lane that is refused for an hour a row for each number of attempts, not for each try. */
function refusedOccurrence({ redrives = 0 }: QueuedOperation, lane: string, number: number): number {
  return (redrives * 2 + (lane === 'fallback' ? 1 : 0)) * ATTEMPTS_PER_STAY + (number % ATTEMPTS_PER_STAY);
}

export function rowOfRedrive(operation: QueuedOperation, workspace: string, worker: string, atMs: number): JournalRow {
  return withoutPayload(
    rowOfOperation(operation, { time: atMs, workspace, outcome: 'redriven', worker, lane: 'dead-letter' }),
  );
}

/** Of what may be recorded long after its person was forgotten: it comes out of a spool or a dead letter. */
function withoutPayload({ payload: _, aliases: __, anonymousId: ___, ...row }: JournalRow): JournalRow {
  return row;
}

/** Number of the lane, or the role of the queue. */
function laneOf({ name, role }: QueueAddress): string {
  return role === 'lane' ? name.slice(name.lastIndexOf('.') + 1) : role;
}
