import type { FleetState } from '@cio-fleet/lanes';
import { describe, expect, it } from 'vitest';
import { LANE, STATE, WORKER } from '../../test/fixtures/fleet-state.ts';
import type { Level } from './finding.ts';
import { type FleetFacts, judgeFleet } from './judge-fleet.ts';

const facts: FleetFacts = {
  state: STATE,
  fences: [{ queue: LANE.queue, concurrency: '1' }],
  configuredLanes: undefined,
};
const having = (change: Partial<FleetState>): FleetFacts => ({ ...facts, state: { ...STATE, ...change } });
const openFence = [{ queue: LANE.queue, concurrency: null }];
const circuit = (state: 'OPEN' | 'HALF_OPEN') => ({ ...STATE.circuit, state, lastError: 'HTTP_503' });

describe('a workspace', () => {
  it('that is well has nothing to mend and nothing to look at', () => {
    expect(judgeFleet(facts).every(({ level }) => level === 'ok')).toBe(true);
  });

  it.each<[string, string, Level, FleetFacts]>([
    ['without lanes is new', 'lanes', 'warn', having({ lanes: [] })],
    ['has another number of lanes than configured', 'lanes', 'warn', { ...facts, configuredLanes: 4 }],
    ['has the configured number of lanes', 'lanes', 'ok', { ...facts, configuredLanes: 1 }],
    ['has lost a fence under a running worker', 'fences', 'fail', { ...facts, fences: openFence }],
    ['has no fence yet, as no worker has run', 'fences', 'warn', { ...having({ workers: [] }), fences: openFence }],
    ['has no lanes to fence', 'fences', 'skip', having({ lanes: [] })],
    ['has a failed job in a lane', 'failed jobs in lanes', 'fail', having({ lanes: [{ ...LANE, failed: 2 }] })],
    ['has a paused lane', 'paused queues', 'warn', having({ lanes: [{ ...LANE, paused: true }] })],
    ['has no worker', 'workers', 'fail', having({ workers: [] })],
    ['has only a worker that stops', 'workers', 'fail', having({ workers: [{ ...WORKER, quiet: true }] })],
    ['has a lane that nobody consumes', 'workers', 'warn', having({ lanes: [{ ...LANE, owner: null }] })],
    ['runs two versions', 'workers', 'warn', having({ workers: [WORKER, { ...WORKER, version: '0.2.0' }] })],
    ['has an open circuit', 'circuit', 'fail', having({ circuit: circuit('OPEN') })],
    ['has a half-open circuit', 'circuit', 'warn', having({ circuit: circuit('HALF_OPEN') })],
    ['waits for a moment', 'oldest waiting', 'ok', having({ lanes: [{ ...LANE, oldestWaitingMs: 500 }] })],
    ['waits for two minutes', 'oldest waiting', 'warn', having({ lanes: [{ ...LANE, oldestWaitingMs: 120_000 }] })],
    ['waits for an hour', 'oldest waiting', 'fail', having({ lanes: [{ ...LANE, oldestWaitingMs: 3_600_000 }] })],
    [
      'has operations in fallback',
      'fallback',
      'warn',
      having({ fallback: { ...STATE.fallback, operations: 5, heldPersons: 2 } }),
    ],
    [
      'has operations in fallback for six hours',
      'fallback',
      'fail',
      having({ fallback: { ...STATE.fallback, operations: 5, oldestWaitingMs: 6 * 3_600_000 } }),
    ],
    ['holds persons without reason', 'fallback', 'fail', having({ fallback: { ...STATE.fallback, heldPersons: 2 } })],
    [
      'has a brake in force',
      'brakes',
      'warn',
      having({ brakes: [{ id: 'b', kind: 'hold', filter: { name: 'x' }, at: STATE.at - 1000, by: 'me', stopped: 0 }] }),
    ],
    ['sends what was released', 'brakes', 'warn', having({ parked: { ...STATE.parked, operations: 5, persons: 2 } })],
    ['counts persons that are not parked', 'brakes', 'fail', having({ parked: { ...STATE.parked, persons: 2 } })],
    ['has dead letters', 'dead letters', 'warn', having({ deadLetters: { ...STATE.deadLetters, deadLetters: 3 } })],
    [
      'had dead letters that were removed after 30 days',
      'dead letters',
      'ok',
      having({ deadLetters: { ...STATE.deadLetters, operations: 3 } }),
    ],
    ['has lost an operation', 'ledger', 'fail', having({ residue: 1 })],
  ])('%s', (_title, check, level, given) => {
    const finding = judgeFleet(given).find((one) => one.check === check);
    expect(finding).toMatchObject({ level });
    expect(finding?.remedy !== undefined).toBe(level !== 'ok');
  });
});
