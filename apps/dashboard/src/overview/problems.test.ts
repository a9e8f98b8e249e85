import { readFileSync } from 'node:fs';
import type { FleetState, LaneState, QueueState, WorkerState } from '@cio-fleet/lanes';
import { expect, it } from 'vitest';
import { problemsOf, redisProblems } from './problems.ts';

const AT = 1_790_000_000_000;
const queue = (change: Partial<QueueState> = {}): QueueState => ({
  ...{ queue: 'ws.lane.0', operations: 0, bytes: 0, jobs: 0, pushed: 0, active: false, oldestWaitingMs: null },
  ...{ paused: false, retryInMs: null, failed: 0, head: null, ...change },
});
const lane = (change: Partial<LaneState> = {}): LaneState => ({ ...queue(), lane: 0, owner: 'w1', ...change });
const circuit = (state: 'CLOSED' | 'OPEN' | 'HALF_OPEN') => ({
  ...{ state, since: AT - 90_000, failureCount: 5, lastFailure: AT, lastError: 'SERVER_ERROR: 503' },
});
const worker = (change: Partial<WorkerState> = {}): WorkerState => ({
  ...{ id: 'w1', at: AT, startedAt: 0, version: '1', pid: 1, host: 'a', port: 1, lanes: [0], fallback: true },
  ...{ deadLetter: true, quiet: false, memoryBytes: 1, eventLoopLagMs: 1, circuit: circuit('CLOSED') },
  ...{ delivered: 0, requests: 0, lastError: null, ...change },
});
const head = { jobId: '1', attempts: 0, throttles: 0, processedBy: null, stalls: 0 };
const ledger = { accepted: 0, delivered: 0, 'dead-lettered': 0, deduplicated: 0, erased: 0, discarded: 0, waiting: 0 };
const well: FleetState = {
  ...{ workspace: 'ws', at: AT, workers: [worker()], circuit: circuit('CLOSED'), lanes: [lane()] },
  fallback: { ...queue(), heldPersons: 0 },
  parked: { operations: 0, bytes: 0, persons: 0, oldestWaitingMs: null, shelf: 0, sides: [queue(), queue()] },
  ...{ brakes: [], residue: 0, ledger, rate: { requestsPerSecond: 100, current: 100 } },
  deadLetters: { deadLetters: 0, operations: 0, redriving: 0, oldestMs: null, reasons: [] },
};
const found = (change: Partial<FleetState>, facts: object = {}) =>
  problemsOf({
    ...{ state: { ...well, ...change }, maxRequestsPerSecond: 100, journalWaitsMs: null, journal: { kind: 'off' } },
    ...facts,
  });

it('finds nothing wrong with a fleet that delivers', () => {
  expect(found({})).toEqual([]);
  // Removed after 30 days, they stay in the ledger: nothing is left to redrive.
  expect(found({ deadLetters: { ...well.deadLetters, operations: 4 } })).toEqual([]);
  expect(redisProblems({ usedBytes: 59, maxBytes: 100, evicts: false })).toEqual([]);
  expect(redisProblems({ usedBytes: 1e12, evicts: false })).toEqual([]);
});

const open = worker({ circuit: circuit('OPEN') });
const CASES: readonly (readonly [string, Partial<FleetState>, 'bad' | 'warn', string])[] = [
  ['no worker', { workers: [] }, 'bad', 'No worker lives'],
  ['only quiet workers', { workers: [worker({ quiet: true })] }, 'bad', 'All workers are quiet'],
  ['all circuits open', { workers: [open], circuit: circuit('OPEN') }, 'bad', '1 of 1 workers is OPEN for 1 m 30 s'],
  ['one of two open', { workers: [open, worker()], circuit: circuit('OPEN') }, 'bad', '1 of 2 workers'],
  ['a circuit on trial', { circuit: circuit('HALF_OPEN') }, 'warn', 'being tried again'],
  ['a lane that nobody takes', { lanes: [lane({ owner: null })] }, 'warn', 'Nobody takes lane 0'],
  ['a slow loop', { workers: [worker({ eventLoopLagMs: 900 })] }, 'warn', 'short of CPU'],
  [
    'refused credentials',
    { lanes: [lane({ head: { ...head, setups: 2, lastError: { code: 'HTTP_401', message: 'no', at: 1 } } })] },
    'bad',
    'refuses our credentials or address: HTTP_401 no',
  ],
  ['a failed job in a lane', { lanes: [lane({ failed: 1 })] }, 'bad', 'Lane 0 has failed jobs'],
  ['a paused lane', { lanes: [lane({ paused: true })] }, 'warn', 'Lane 0 is paused'],
  ['a late lane', { lanes: [lane({ oldestWaitingMs: 121_000, operations: 7 })] }, 'bad', 'the oldest for 2 m 01 s'],
  ['a residue', { residue: -3 }, 'bad', 'account for 3 operations'],
  [
    'fallback',
    { fallback: { ...queue({ operations: 5, oldestWaitingMs: 1 }), heldPersons: 2 } },
    'warn',
    '5 operations',
  ],
  [
    'a fallback that is stuck',
    { fallback: { ...queue({ operations: 5, oldestWaitingMs: 21_601_000 }), heldPersons: 2 } },
    'bad',
    'the oldest for 6 h',
  ],
  [
    'dead letters',
    {
      deadLetters: {
        ...well.deadLetters,
        deadLetters: 2,
        operations: 4,
        reasons: [{ code: 'REJECTED', operations: 4 }],
      },
    },
    'warn',
    '2 dead letters rest (4 operations in all), most with REJECTED.',
  ],
  ['a lowered rate', { rate: { requestsPerSecond: 100, current: 20 } }, 'warn', '20 requests/s instead of 100'],
];

it.each(CASES)('tells of %s, how bad it is, and what to do', (_title, change, severity, text) => {
  const problems = found(change);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatchObject({
    severity,
    what: expect.stringContaining(text),
    todo: expect.stringMatching(/\.$/),
  });
});

it('puts what is worst first', () => {
  const problems = found({ residue: 1, lanes: [lane({ paused: true })] }, { journalWaitsMs: 61_000 });
  expect(problems.map(({ severity }) => severity)).toEqual(['bad', 'warn', 'warn']);
});

it('tells of a journal that is away, or behind, and of a Redis that fills up or evicts', () => {
  expect(found({}, { journal: { kind: 'away', message: 'no' } })[0]?.what).toContain('The journal does not answer: no');
  expect(found({}, { journalWaitsMs: 61_000 })[0]?.what).toContain('1 m 01 s');
  expect(redisProblems({ usedBytes: 60, maxBytes: 100, evicts: false })[0]?.severity).toBe('warn');
  expect(redisProblems({ usedBytes: 1, evicts: true })[0]?.runbook).toBe('Redis may evict');
  expect(redisProblems({ usedBytes: 80, maxBytes: 100, evicts: true }).map(({ severity }) => severity)).toEqual([
    'bad',
    'bad',
  ]);
});

it('names chapters that the runbook has', () => {
  const runbook = readFileSync(new URL('../../../../docs/runbook.md', import.meta.url), 'utf8');
  const all = [
    ...CASES.flatMap(([, change]) => found(change)),
    ...found({}, { journal: { kind: 'away', message: 'no' } }),
    ...redisProblems({ usedBytes: 80, maxBytes: 100, evicts: true }),
  ];
  for (const chapter of all.flatMap((problem) => problem.runbook ?? [])) expect(runbook).toContain(`\n## ${chapter}\n`);
});
