import type { QueuedOperation } from '@cio-fleet/contracts';
import { type FailedAttempt, type Fate, fallbackAddress, laneAddress, type SettledBatch } from '@cio-fleet/lanes';
import { describe, expect, it } from 'vitest';
import { rowOfFate, rowOfRedrive, rowsOfBatch, rowsOfFailure } from './outcome-rows.ts';

const operation: QueuedOperation = {
  id: '01JD8000000000000000000000',
  at: 1_000,
  source: 'shop',
  op: { type: 'person', identifiers: { id: '42' }, action: 'event', name: 'Order Placed' },
};
const error = { code: 'SERVER_ERROR', message: 'expected 200, got 503', statusCode: 503, at: 3_000 };

const rowOf = (fate: Fate, more: Partial<SettledBatch> = {}) =>
  rowOfFate(
    { queue: laneAddress('shop', 3), operations: [operation], fates: [fate], attempts: 2, atMs: 4_000, ...more },
    0,
    'worker-1',
  );

describe('the row of an operation', () => {
  it('says who delivered it, where, and how long after it was accepted', () => {
    expect(rowOf({ kind: 'delivered' })).toEqual({
      time: 4_000,
      acceptedAt: 1_000,
      workspace: 'shop',
      operationId: operation.id,
      outcome: 'delivered',
      person: 'id:42',
      action: 'track',
      name: 'Order Placed',
      source: 'shop',
      attempts: 2,
      worker: 'worker-1',
      lane: '3',
      queuedMs: 3_000,
      payload: operation.op,
    });
  });

  it.each([
    [
      { kind: 'dead-lettered', reason: { code: 'REJECTED', message: 'no name', status: 400 } },
      { outcome: 'dead-lettered', errorCode: 'REJECTED', reason: 'no name', status: 400 },
    ],
    [
      { kind: 'discarded', brake: 'b1' },
      { outcome: 'discarded', reason: 'brake b1' },
    ],
    [{ kind: 'erased' }, { outcome: 'erased' }],
    [{ kind: 'deduplicated' }, { outcome: 'deduplicated' }],
  ] as const)('tells what became of it: %j', (fate, facts) => {
    expect(rowOf(fate)).toMatchObject(facts);
  });

  it('tells why it fell back, with the attempts that were made', () => {
    const facts = { outcome: 'fell-back', attempts: 1, errorCode: 'SERVER_ERROR', status: 503, reason: error.message };
    expect(rowOf({ kind: 'moved' }, { lastError: error })).toMatchObject(facts);
  });

  it('keeps nothing of what an erased operation said, for it may come after its person was forgotten', () => {
    expect(rowOf({ kind: 'erased' })).not.toHaveProperty('payload');
    expect(rowOf({ kind: 'erased' })).toMatchObject({ person: 'id:42', operationId: operation.id });
  });

  it('of a redrive keeps nothing of what the operation said: the row of its rejection has it', () => {
    const row = rowOfRedrive({ ...operation, redrives: 1 }, 'shop', 'worker-1', 4_000);
    expect(row).not.toHaveProperty('payload');
    expect(row).toMatchObject({ outcome: 'redriven', person: 'id:42', lane: 'dead-letter' });
  });

  it('is not made for what stays on its way', () => {
    expect(rowOf({ kind: 'parked', side: 0 })).toBeUndefined();
    expect(rowOf({ kind: 'moved' }, { queue: fallbackAddress('shop') })).toBeUndefined();
  });
});

describe('the rows of a failed request', () => {
  const failure: FailedAttempt = {
    queue: laneAddress('shop', 0),
    operations: [operation, operation],
    kind: 'transient',
    attempt: 2,
    error,
  };

  it('are one for each operation in it', () => {
    const rows = rowsOfFailure(failure, 'worker-1');
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatchObject({
      time: 3_000,
      outcome: 'failed',
      attempts: 2,
      errorCode: 'SERVER_ERROR',
      status: 503,
    });
  });

  it('are told apart by when they failed, for behind another head an attempt may have the same number', () => {
    const occurrenceOf = (each: FailedAttempt) => rowsOfFailure(each, 'worker-1')[0]?.occurrence;
    expect(occurrenceOf(failure)).toBe(occurrenceOf({ ...failure, queue: fallbackAddress('shop') }));
    expect(occurrenceOf(failure)).not.toBe(occurrenceOf({ ...failure, error: { ...error, at: 3_001 } }));
  });

  it('keep refusals apart from counted attempts, each kind once for a number of attempts', () => {
    const occurrences = (['setup', 'throttled'] as const).map(
      (kind) => rowsOfFailure({ ...failure, kind, attempt: 1 }, 'worker-1')[0]?.occurrence,
    );
    expect(occurrences).toEqual([5_001, 7_501]);
  });
});

describe('the rows of a batch', () => {
  const erasure: QueuedOperation = { ...operation, op: { type: 'person', identifiers: { id: '7' }, action: 'delete' } };
  const batch: SettledBatch = {
    queue: laneAddress('shop', 3),
    operations: [operation, operation, operation, erasure],
    fates: [{ kind: 'delivered' }, { kind: 'delivered' }, { kind: 'erased' }, { kind: 'delivered' }],
    attempts: 1,
    atMs: 4_000,
  };

  it('are as many as there is room for', () => {
    expect(rowsOfBatch(batch, 'worker-1', Number.POSITIVE_INFINITY)).toMatchObject({ shed: 0, rows: { length: 4 } });
    expect(rowsOfBatch(batch, 'worker-1', 1)).toMatchObject({ shed: 1, rows: { length: 3 } });
  });

  it('leave out plain deliveries alone', () => {
    const { rows } = rowsOfBatch(batch, 'worker-1', 0);
    expect(rows.map(({ outcome, action }) => `${outcome} ${action}`)).toEqual(['erased track', 'delivered delete']);
  });
});
