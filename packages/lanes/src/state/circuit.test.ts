import { describe, expect, it } from 'vitest';
import { type Circuit, NO_CIRCUIT, worstCircuit } from './circuit.ts';

const closed: Circuit = { state: 'CLOSED', since: 10, failureCount: 0, lastFailure: null, lastError: null };

describe('the worst circuit', () => {
  it('is open when there is no worker, for then nothing is delivered', () => {
    expect(worstCircuit([])).toEqual(NO_CIRCUIT);
    expect(NO_CIRCUIT.state).toBe('OPEN');
  });

  it('is closed when all are', () => {
    expect(worstCircuit([closed, { ...closed, since: 5 }])).toEqual({ ...closed, since: 5 });
  });

  it.each([
    [['CLOSED', 'HALF_OPEN'], 'HALF_OPEN'],
    [['HALF_OPEN', 'OPEN'], 'OPEN'],
    [['OPEN', 'CLOSED', 'HALF_OPEN'], 'OPEN'],
  ] as const)('of %j is %s', (states, worst) => {
    expect(worstCircuit(states.map((state) => ({ ...closed, state }))).state).toBe(worst);
  });

  it('tells since when the first one is in that state, the highest count and the newest failure', () => {
    const open: Circuit = { state: 'OPEN', since: 50, failureCount: 5, lastFailure: 40, lastError: 'HTTP 503' };
    const opener: Circuit = { state: 'OPEN', since: 30, failureCount: 7, lastFailure: 20, lastError: 'ECONNRESET' };
    expect(worstCircuit([closed, open, opener])).toEqual({
      state: 'OPEN',
      since: 30,
      failureCount: 7,
      lastFailure: 40,
      lastError: 'HTTP 503',
    });
  });
});
