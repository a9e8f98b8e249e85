import { describe, expect, it } from 'vitest';
import { compileShim, NO_SHIM } from '../rig/native-shim.ts';
import { problemsOfLedgerRollback, rollLedgerBack } from './ledger-rollback.ts';

const hasShim = compileShim('fsync-recorder') !== undefined;

describe.skipIf(!hasShim)(`the ledger${hasShim ? '' : ` (skipped: ${NO_SHIM})`}`, () => {
  it('adds up after each power cut that takes the last second: accepted and settled go back together', {
    timeout: 90_000,
  }, async () => {
    const result = await rollLedgerBack({ seed: 12, powerCuts: 3, perSecond: 400 });
    expect(problemsOfLedgerRollback(result)).toEqual([]);
  });
});
