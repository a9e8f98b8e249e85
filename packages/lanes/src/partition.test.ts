import type { Brake, BrakeFilter } from '@cio-fleet/contracts';
import { describe, expect, it } from 'vitest';
import { ACCEPTED_AT, erasure, event, operationId, queued } from '../test/fixtures/operations.ts';
import { type BrakeSet, NO_BRAKES } from './brakes/brake-set.ts';
import { NO_PROGRESS } from './head-progress.ts';
import type { Begin } from './lane-store.ts';
import { NOTHING_PARKED, type Parking } from './parking.ts';
import { type PartitionInput, partition } from './partition.ts';

const HOUR_MS = 3_600_000;
const nothingKnown: Begin = {
  held: new Set(),
  erasures: new Map(),
  isNewConsumer: false,
  erasuresVersion: '0',
  waitingBytes: 0,
  brakesVersion: '0',
  parking: NOTHING_PARKED,
};

function kinds(input: Partial<PartitionInput> & Pick<PartitionInput, 'operations'>): string[] {
  const defaults = {
    begin: nothingKnown,
    brakes: NO_BRAKES,
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

  it('with the form that a person submits and the segment that they enter as theirs', () => {
    const form = { type: 'form', action: 'submit', identifiers: { form_id: 'f' }, data: { id: 'ada' } } as const;
    const segment = {
      type: 'segment',
      action: 'add_person',
      identifiers: { segment_id: '7' },
      person: { id: 'ada' },
    } as const;
    const operations = [queued(1, form), queued(2, segment), queued(6, form), queued(7, segment)];
    expect(kinds({ operations, begin: heldAda })).toEqual(Array(4).fill('move'));
    expect(kinds({ operations, begin: erasedAda })).toEqual(['erased', 'erased', 'send', 'send']);
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
      brakes: NO_BRAKES,
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

describe('what is held', () => {
  const brake = (kind: Brake['kind'], filter: BrakeFilter): Brake => ({ id: kind, kind, filter, at: 0, by: 'test' });
  const set = (...brakes: Brake[]): BrakeSet => ({ version: 'v', brakes });
  const holdAda = set(brake('hold', { name: 'n1' }));
  const parked = (more: Partial<Parking>): Begin => ({ ...nothingKnown, parking: { ...NOTHING_PARKED, ...more } });
  const ada = new Set(['id:ada']);

  function routes(input: Partial<PartitionInput> & Pick<PartitionInput, 'operations'>): string[] {
    const defaults = {
      ...({ begin: nothingKnown, brakes: NO_BRAKES, progress: NO_PROGRESS, role: 'lane', moveAll: false } as const),
      ...{ nowMs: ACCEPTED_AT, maxAgeMs: 72 * HOUR_MS },
    };
    return partition({ ...defaults, ...input }).map((route) => ('side' in route ? `park ${route.side}` : route.kind));
  }

  it.each<[string, Partial<PartitionInput>, string[]]>([
    ['is parked with all that follows of its person', { brakes: holdAda }, ['park 0', 'send', 'park 0']],
    ['goes to the shelf of this turn', { brakes: holdAda, begin: parked({ turn: 3 }) }, ['park 1', 'send', 'park 1']],
    ['is parked though the breaker is open', { brakes: holdAda, moveAll: true }, ['park 0', 'move', 'park 0']],
    ['is parked out of fallback', { brakes: holdAda, role: 'fallback' }, ['park 0', 'send', 'park 0']],
    [
      'goes from outlet to shelf',
      { brakes: holdAda, role: 'parked', begin: parked({ turn: 1 }) },
      ['park 1', 'send', 'park 1'],
    ],
    [
      'waits behind its person in fallback first',
      { brakes: holdAda, begin: { ...nothingKnown, held: ada } },
      ['move', 'send', 'move'],
    ],
    ['follows its person to the shelf', { begin: parked({ onShelf: ada }) }, ['park 0', 'send', 'park 0']],
    [
      'follows its person to the outlet',
      { begin: parked({ inOutlet: ada, onShelf: ada }) },
      ['park 1', 'send', 'park 1'],
    ],
    ['follows from fallback too', { role: 'fallback', begin: parked({ inOutlet: ada }) }, ['park 1', 'send', 'park 1']],
    [
      'is sent from the outlet when it is held no more',
      { role: 'parked', begin: parked({ inOutlet: ada }) },
      ['send', 'send', 'send'],
    ],
    [
      'is discarded first',
      { brakes: set(brake('hold', { person: 'id:ada' }), brake('discard', { name: 'n1' })) },
      ['discard', 'send', 'park 0'],
    ],
  ])('%s', (_what, input, expected) => {
    expect(routes({ operations: [event('ada', 1), event('bob', 2), event('ada', 3)], ...input })).toEqual(expected);
  });

  it('lets an erasure through, and parks what was accepted after it', () => {
    const begin = { ...parked({ onShelf: ada }), erasures: new Map([['id:ada', operationId(2)]]) };
    const operations = [event('ada', 1), erasure('ada', 2), event('ada', 3)];
    expect(routes({ operations, begin })).toEqual(['erased', 'send', 'park 0']);
    expect(routes({ operations, begin: { ...begin, held: ada } })).toEqual(['erased', 'move', 'move']);
  });

  it('ages from its release', () => {
    const nowMs = ACCEPTED_AT + 100 * HOUR_MS;
    const begin = parked({ sinceMs: nowMs - HOUR_MS });
    const operations = [event('ada', 1)];
    expect(routes({ operations, nowMs, begin, role: 'parked' })).toEqual(['send']);
    expect(routes({ operations, nowMs, begin, role: 'fallback' })).toEqual(['expired']);
  });
});
