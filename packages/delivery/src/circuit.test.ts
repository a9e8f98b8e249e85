import { describe, expect, it } from 'vitest';
import { type Circuit, type CircuitEvent, closedCircuit, nextCircuit } from './circuit.ts';

const POLICY = { failures: 5, successes: 3 };

type Step = 'success' | 'failure' | 'reset' | 'stale success' | 'stale failure';

/** Runs steps one second apart from a closed circuit. */
function after(...steps: readonly Step[]): Circuit {
  return steps.reduce((circuit, step, index) => {
    const epoch = step.startsWith('stale') ? circuit.epoch - 1 : circuit.epoch;
    const event: CircuitEvent = step.endsWith('success')
      ? { kind: 'success', epoch }
      : step.endsWith('failure')
        ? { kind: 'failure', epoch, error: `failure at ${index}` }
        : { kind: 'reset' };
    return nextCircuit(circuit, event, POLICY, index * 1_000);
  }, closedCircuit(0));
}

const fail = (times: number): Step[] => Array.from({ length: times }, () => 'failure');
const OPENED = fail(5);
const TRIAL: Step[] = [...OPENED, 'reset'];

describe('the circuit', () => {
  it.each<[string, Step[], string]>([
    ['is closed after 4 failures in a row', fail(4), 'CLOSED'],
    ['opens at the 5th failure in a row', OPENED, 'OPEN'],
    ['starts counting anew after a success', [...fail(4), 'success', ...fail(4)], 'CLOSED'],
    ['stays open whatever old requests bring', [...OPENED, 'success', 'success', 'success'], 'OPEN'],
    ['half-opens when the reset time is over', TRIAL, 'HALF_OPEN'],
    ['is half-open after 2 successes', [...TRIAL, 'success', 'success'], 'HALF_OPEN'],
    ['closes at the 3rd success', [...TRIAL, 'success', 'success', 'success'], 'CLOSED'],
    ['opens again at a failure on trial', [...TRIAL, 'success', 'success', 'failure'], 'OPEN'],
    [
      'wants all its successes again on the next trial',
      [...TRIAL, 'success', 'success', 'failure', 'reset', 'success'],
      'HALF_OPEN',
    ],
    [
      'is not closed by successes from before it opened',
      [...TRIAL, 'stale success', 'stale success', 'stale success'],
      'HALF_OPEN',
    ],
    ['is not opened by failures from before it half-opened', [...TRIAL, 'stale failure'], 'HALF_OPEN'],
    ['is not reset while it is closed', ['reset'], 'CLOSED'],
    ['has forgotten its failures once it closes', [...TRIAL, 'success', 'success', 'success', ...fail(4)], 'CLOSED'],
  ])('%s', (_title, steps, state) => {
    expect(after(...steps).status.state).toBe(state);
  });

  it('tells since when, how often, when last and why', () => {
    expect(after('success', ...OPENED).status).toEqual({
      state: 'OPEN',
      since: 5_000,
      failureCount: 5,
      lastFailure: 5_000,
      lastError: 'failure at 5',
    });
  });

  it('keeps the last failure after it has closed', () => {
    expect(after(...TRIAL, 'success', 'success', 'success').status).toEqual({
      state: 'CLOSED',
      since: 8_000,
      failureCount: 0,
      lastFailure: 4_000,
      lastError: 'failure at 4',
    });
  });
});
