import { describe, expect, it } from 'vitest';
import { parseHeartbeat, parseReportedError } from './worker-state.ts';

describe('a heartbeat', () => {
  it('that is gone is no worker', () => {
    expect(parseHeartbeat('w1', null)).toBeUndefined();
  });

  it.each(['', '[]', 'null', '42', '{'])('of %j is no worker', (text) => {
    expect(parseHeartbeat('w1', text)).toBeUndefined();
  });

  it('of another version is read as far as it is known, and is not taken for healthy', () => {
    const worker = parseHeartbeat('w1', JSON.stringify({ lanes: [3, 'x', 1], circuit: { state: 'MELTED' }, pid: '7' }));
    expect(worker).toMatchObject({ id: 'w1', version: 'unknown', lanes: [1, 3], pid: 7, circuit: { state: 'OPEN' } });
  });
});

describe('a last error', () => {
  it.each([
    [null, null],
    [{}, null],
    ['boom', { code: 'UNKNOWN', message: 'boom', at: null }],
    [
      { code: 'HTTP_503', message: 'down', at: 5 },
      { code: 'HTTP_503', message: 'down', at: 5 },
    ],
    [{ code: 'TIMEOUT' }, { code: 'TIMEOUT', message: '', at: null }],
  ])('of %j reads as %j', (value, error) => {
    expect(parseReportedError(value)).toEqual(error);
  });
});
