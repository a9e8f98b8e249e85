import { describe, expect, it } from 'vitest';
import { ACCEPTED_AT, erasure, event, operationId } from '../test/fixtures/operations.ts';
import { NO_PROGRESS } from './head-progress.ts';
import type { Begin } from './lane-store.ts';
import { type PartitionInput, partition } from './partition.ts';

const HOUR_MS = 3_600_000;
const nothingKnown: Begin = { held: new Set(), erasures: new Map(), erasuresVersion: '0', waitingBytes: 0 };

function kinds(input: Partial<PartitionInput> & Pick<PartitionInput, 'operations'>): string[] {
  const defaults = {
    begin: nothingKnown,
    progress: NO_PROGRESS,
    role: 'lane',
    moveAll: false,
    nowMs: ACCEPTED_AT,
    maxAgeMs: 72 * HOUR_MS,
  } as const;
  return partition({ ...defaults, ...input }).map(({ kind }) => kind);
}

const heldAda: Begin = { ...nothingKnown, held: new Set(['id:ada']) };
const erasedAda: Begin = { ...nothingKnown, erasures: new Map([['id:ada', operationId(5)]]) };

describe('a batch is partitioned', () => {
  const mixed = [event('ada', 1), event('bob', 2), event('ada', 3)];

  it.each([
    { what: 'everything is sent when nothing is known against it', input: {}, expected: ['send', 'send', 'send'] },
    {
      what: 'operations of a held person move, the others are sent',
      input: { begin: heldAda },
      expected: ['move', 'send', 'move'],
    },
    { what: 'everything moves when the lane sends nothing', input: { moveAll: true }, expected: Array(3).fill('move') },
    {
      what: 'fallback sends operations of held persons',
      input: { begin: heldAda, role: 'fallback' },
      expected: Array(3).fill('send'),
    },
    {
      what: 'fallback never moves, whatever the circuit',
      input: { moveAll: true, role: 'fallback' },
      expected: Array(3).fill('send'),
    },
  ] as const)('so that $what', ({ input, expected }) => {
    expect(kinds({ operations: mixed, ...input })).toEqual(expected);
  });

  it.each([
    { number: 4, kind: 'erased' },
    { number: 5, kind: 'send' },
    { number: 6, kind: 'send' },
  ])('by the erasure mark: operation $number against a mark at 5 is "$kind"', ({ number, kind }) => {
    expect(kinds({ operations: [event('ada', number)], begin: erasedAda })).toEqual([kind]);
  });

  it('with erasure before a hold: what is erased does not move', () => {
    const begin = { ...erasedAda, held: new Set(['id:ada']) };
    expect(kinds({ operations: [event('ada', 1), event('ada', 6)], begin })).toEqual(['erased', 'move']);
  });

  it('with what an earlier run settled before anything else', () => {
    const begin = { ...erasedAda, held: new Set(['id:ada']) };
    const progress = { ...NO_PROGRESS, settled: { [operationId(1)]: 'delivered' } } as const;
    expect(kinds({ operations: [event('ada', 1), event('ada', 6)], begin, progress })).toEqual(['settled', 'move']);
  });
});

describe('age', () => {
  const old = { at: ACCEPTED_AT - 73 * HOUR_MS };

  it.each([
    {
      what: 'accepted exactly the limit ago',
      operation: event('a', 1, { at: ACCEPTED_AT - 72 * HOUR_MS }),
      kind: 'send',
    },
    { what: 'accepted longer ago', operation: event('a', 1, old), kind: 'expired' },
    {
      what: 'redriven lately',
      operation: event('a', 1, { ...old, redrives: 1, redrivenAt: ACCEPTED_AT - HOUR_MS }),
      kind: 'send',
    },
    { what: 'a delete', operation: { ...erasure('a', 1, 'delete'), ...old }, kind: 'send' },
    { what: 'a suppress', operation: { ...erasure('a', 1, 'suppress'), ...old }, kind: 'send' },
    { what: 'an unsuppress', operation: { ...erasure('a', 1, 'unsuppress'), ...old }, kind: 'send' },
  ])('$what: $kind', ({ operation, kind }) => {
    expect(kinds({ operations: [operation] })).toEqual([kind]);
  });

  it('expires an operation even while the breaker is open, and says why it could not be delivered', () => {
    const lastError = { code: 'HTTP_503', message: 'Service Unavailable', at: ACCEPTED_AT };
    const [route] = partition({
      operations: [event('a', 1, old)],
      begin: nothingKnown,
      progress: { ...NO_PROGRESS, lastError },
      role: 'lane',
      moveAll: true,
      nowMs: ACCEPTED_AT,
      maxAgeMs: 72 * HOUR_MS,
    });
    expect(route).toEqual({
      kind: 'expired',
      reason: { code: 'EXPIRED', message: expect.stringMatching(/^Not deliverable for 73 h;.*Service Unavailable$/) },
    });
  });
});
