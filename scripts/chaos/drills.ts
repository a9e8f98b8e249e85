import { freezeWorkers } from '../scenarios/freeze.ts';
import { stopWorkers } from '../scenarios/graceful-stop.ts';
import { orderAndLoss } from '../scenarios/order-and-loss.ts';
import { BOUNDED_DRILL } from './drills/bounded-drill.ts';
import type { Drill } from './drills/drill.ts';
import { JOURNAL_DRILL } from './drills/journal-drill.ts';
import { LEDGER_DRILL } from './drills/ledger-drill.ts';
import { MILLION_DRILL } from './drills/million-drill.ts';
import { REDIS_DOWN_DRILL } from './drills/redis-down-drill.ts';
import { RESTORE_DRILL } from './drills/restore-drill.ts';
import { ROLLING_UPGRADE_DRILL } from './drills/rolling-upgrade-drill.ts';
import { problemsWhere } from './problem.ts';

const RUNS = 10;

export const DRILLS: readonly Drill[] = [
  {
    name: 'order',
    description: '100,000 operations on 2,000 persons, 2 workers, one killed every 1.5 s',
    async run(seed) {
      const result = await orderAndLoss({
        ...{
          operations: 100_000,
          persons: 2000,
          workers: 2,
          killEveryMs: 1500,
          perSecond: 2500,
          seed,
          settleMs: 60_000,
        },
      });
      return {
        result,
        problems: problemsWhere(
          [result.lost + result.outOfOrder > 0, 'expected nothing lost and nothing out of order'],
          [result.held > 0, 'expected nobody held in the end'],
          [result.repeats >= 10_000, 'expected less than 10 % repeats'],
        ),
      };
    },
  },
  {
    name: 'freeze',
    description: `SIGSTOP of a worker for twice its lock, then SIGCONT, ${RUNS} times`,
    async run(seed) {
      const result = await freezeWorkers({ seed, runs: RUNS });
      return {
        result,
        problems: problemsWhere(
          [result.staleSends > 0, 'expected no request of a worker that woke up for a lane that it had lost'],
          [result.lost + result.outOfOrder + result.waiting > 0, 'expected nothing lost, out of order or waiting'],
        ),
      };
    },
  },
  {
    name: 'stop',
    description: `SIGTERM to a worker under full load, ${RUNS} times`,
    async run(seed) {
      const result = await stopWorkers({ seed, runs: RUNS, perSecond: 2000 });
      return {
        result,
        problems: problemsWhere(
          [result.repeats > 0, 'expected no repeat'],
          [result.badExits > 0, 'expected exit status 0 within the deadline'],
          [result.lost + result.outOfOrder + result.waiting > 0, 'expected nothing lost, out of order or waiting'],
        ),
      };
    },
  },
  REDIS_DOWN_DRILL,
  MILLION_DRILL,
  BOUNDED_DRILL,
  RESTORE_DRILL,
  ROLLING_UPGRADE_DRILL,
  LEDGER_DRILL,
  JOURNAL_DRILL,
];
