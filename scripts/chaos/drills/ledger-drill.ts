import { problemsOfLedgerRollback, rollLedgerBack } from '../../scenarios/ledger-rollback.ts';
import type { Drill } from './drill.ts';

export const LEDGER_DRILL: Drill = {
  name: 'ledger',
  description:
    '20 power cuts of a Redis with appendfsync everysec under 1,000 operations/s: the ledger adds up all the time',
  async run(seed) {
    const result = await rollLedgerBack({ seed, powerCuts: 20, perSecond: 1000 });
    return { result, problems: problemsOfLedgerRollback(result) };
  },
};
