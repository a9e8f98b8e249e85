import { describe, expect, it } from 'vitest';
import { LANE, STATE, WORKER } from '../../test/fixtures/fleet-state.ts';
import { describeRate } from '../commands/rate.ts';
import { describeFound, describeResult } from '../commands/redrive.ts';
import { createPaint } from '../session/terminal.ts';
import { deadLetterLines, deadLetterValue } from './dead-letter-list.ts';
import { doctorLines } from './doctor-view.ts';
import { statusLines } from './status-view.ts';

const paint = createPaint(false);
const facts = { environment: 'staging', place: 'redis:6379' };
const clearScreen = '\u001b[2J';

describe('the status screen', () => {
  it('shows a fleet that is well', () => {
    expect(statusLines(STATE, facts, paint).join('\n')).toBe(
      [
        'workspace default · staging · Redis redis:6379 · 2026-01-01 00:00:00Z',
        '',
        'circuit       CLOSED for 10 min',
        'waiting       0 operations',
        'fallback      empty',
        'dead letters  none',
        'ledger        accepted 10 · delivered 10 · dead-lettered 0 · deduplicated 0 · erased 0 · discarded 0',
        'residue       0',
        'rate          as the workers are configured',
        '',
        'WORKER    LANES       CIRCUIT  DELIVERED  MEMORY  VERSION  LAST ERROR',
        'worker-a  0 fallback  CLOSED      12,345  100 MB  0.1.0',
        '',
        'LANE  WAITING  BYTES  OLDEST  WORKER    NOTE',
        '   0        0    0 B       -  worker-a',
      ].join('\n'),
    );
  });

  it('shows trouble: why a lane waits, fallback, dead letters, a residue', () => {
    const head = { jobId: '1', attempts: 2, throttles: 0, setups: 0, processedBy: null, stalls: 0 };
    const lastError = { code: 'HTTP_503', message: `down${clearScreen}`, at: STATE.at - 2_000 };
    const text = statusLines(
      {
        ...STATE,
        workers: [{ ...WORKER, quiet: true, lastError }],
        lanes: [{ ...LANE, paused: true, failed: 1, retryInMs: 4_000, head: { ...head, lastError } }],
        fallback: { ...STATE.fallback, operations: 3, heldPersons: 2, oldestWaitingMs: 60_000, retryInMs: 30_000 },
        deadLetters: {
          ...STATE.deadLetters,
          deadLetters: 5,
          operations: 7,
          redriving: 1,
          oldestMs: 1_000,
          reasons: [{ code: 'REJECTED', operations: 9 }],
        },
        residue: -2,
      },
      facts,
      paint,
    ).join('\n');
    expect(text).toContain('paused · 1 failed (must be 0) · next try in 4 s · 2 failed attempts · HTTP_503: down·[2J');
    expect(text).toContain('3 operations · 2 held · oldest 1 min · next try in 30 s');
    expect(text).toContain(
      '5 at rest · oldest 1 s · 1 on their way back · 7 operations in all · by reason: REJECTED 9',
    );
    expect(text).toContain('-2 (must be 0');
    expect(text).toContain('0 fallback (stopping)');
    expect(text).not.toContain(clearScreen);
  });

  it('says that nothing is delivered without a worker', () => {
    const text = statusLines(
      { ...STATE, workers: [], circuit: { ...STATE.circuit, state: 'OPEN', since: null } },
      facts,
      paint,
    );
    expect(text.join('\n')).toContain('OPEN (no worker is running)');
  });
});

const operation = (id: string) => ({
  id,
  at: 1,
  op: { type: 'person', action: 'identify', identifiers: { id: '42' }, attributes: { secret: 'payload' } } as const,
});
const deadLetter = {
  id: '01J-0',
  name: 'identify',
  reason: { code: 'REJECTED', message: `bad value${clearScreen}`, field: 'attributes.age' },
  at: 1_767_225_600_000,
  persons: ['id:42', 'id:43', 'id:44'],
  verbs: ['identify'],
  operations: [operation('01J')],
};

describe('the list of dead letters', () => {
  it('shows when, who, what and why, and never the payload', () => {
    const [, line] = deadLetterLines([deadLetter], paint);
    expect(line).toBe(
      '2026-01-01 00:00:00Z  01J-0  identify  id:42 and 2 more  REJECTED  attributes.age: bad value·[2J',
    );
    expect(JSON.stringify(deadLetterValue(deadLetter))).not.toContain('payload');
  });
});

describe('the findings of doctor', () => {
  it('stand in a line each, with their remedy below, and are counted', () => {
    const findings = [
      { check: 'Redis', level: 'ok' as const, found: 'answers' },
      { check: 'workers', level: 'fail' as const, found: 'none', remedy: 'start one' },
    ];
    expect(doctorLines(findings, paint)).toEqual([
      'ok    Redis    answers',
      'fail  workers  none',
      '               → start one',
      '',
      '1 ok, 0 to look at, 1 to mend, 0 skipped',
    ]);
  });
});

describe('a rate for people', () => {
  it.each([
    [{ requestsPerSecond: 50, current: 50, setAtRunTime: true }, '50 requests/s (set at run time)'],
    [
      { requestsPerSecond: 100, current: 12.5, setAtRunTime: false },
      "100 requests/s (from the workers' configuration); now 12.5 after a 429, and rising",
    ],
  ])('%o', (rate, text) => {
    expect(describeRate(rate)).toBe(text);
  });
});

describe('a redrive for people', () => {
  const result = { matched: 10, operations: 210, redriven: 7, gone: 1, unreadable: 1 };

  it('tells what was found', () => {
    expect(describeFound(result)).toBe('10 dead letters (210 operations, 1 unreadable, which stay)');
  });

  it('tells what was done and what is left', () => {
    expect(describeResult(result)).toBe(
      '7 dead letters redriven, 1 already redriven by somebody else, 1 unreadable, 1 left',
    );
  });
});
