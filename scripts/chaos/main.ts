import { parseArgs } from 'node:util';
import { orderAndLoss } from '../scenarios/order-and-loss.ts';
import { runFaults } from './fault-run.ts';

const USAGE = 'usage: npm run chaos -- [--seed N] [--minutes M] [--only faults|order]';

const { values } = parseArgs({
  options: { seed: { type: 'string' }, minutes: { type: 'string', default: '1' }, only: { type: 'string' } },
});
const seed = values.seed === undefined ? Date.now() % 1_000_000 : Number(values.seed);
const minutes = Number(values.minutes);
if (!Number.isInteger(seed) || !(minutes > 0)) {
  console.error(`expected a whole number as seed and a number above 0 as minutes; ${USAGE}`);
  process.exit(2);
}
console.log(`seed ${seed}`);
let failed = false;

if (values.only !== 'order') {
  console.log(`random faults for ${minutes} min, 3 workers, 500 operations/s`);
  const result = await runFaults({
    seed,
    minutes,
    workers: 3,
    perSecond: 500,
    onFault: (name, at) => console.log(`  ${at.toFixed(1).padStart(6)} s  ${name}`),
  });
  judge(
    'faults',
    result,
    result.lost + result.outOfOrder + Math.abs(result.residue) + result.held + result.waiting === 0,
  );
}
if (values.only !== 'faults') {
  console.log('100,000 operations on 2,000 persons, 2 workers, one killed every 1.5 s');
  const result = await orderAndLoss({
    operations: 100_000,
    persons: 2000,
    workers: 2,
    killEveryMs: 1500,
    perSecond: 2500,
    seed,
    settleMs: 60_000,
  });
  judge('order and loss', result, result.lost + result.outOfOrder + result.held === 0 && result.repeats < 10_000);
}
process.exit(failed ? 1 : 0);

function judge(name: string, result: object, passed: boolean): void {
  console.log(`${passed ? 'PASS' : 'FAIL'} ${name} ${JSON.stringify(result)}`);
  if (!passed) failed = true;
}
